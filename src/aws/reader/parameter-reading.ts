import type { SourceRequest } from '../../controller/aws-secret/ports.ts';
import type { Source } from '../../controller/aws-secret/sources/source.ts';
import { ok } from '../../controller/runtime/error.ts';
import type { ParameterQuestion } from '../engine/parameter-lane.ts';
import { inRegion } from '../regions/arn.ts';
import { believeParameters } from '../regions/replica.ts';
import { digestOf, newest } from './digest.ts';
import { filledOf, type Reading } from './reading.ts';

type ParameterSource = Extract<Source, { kind: 'Parameter' | 'ParameterPath' }>;

/** A version; a label does not begin with a digit (LabelParameterVersion in the API reference). */
const NUMBER = /^\d+$/;

/** A parameter, or all below a path. There is no version to be had without the value. */
export function parameterReading(request: SourceRequest, source: ParameterSource): Reading {
  const value: Reading['value'] = async (lane, region) => {
    const asked = await lane.parameters.read(questionOf(source, region), request.freshAfter);
    if ('error' in asked) return asked;
    const { parameters, observedAt } = asked.answer;
    const createdTime = newest(parameters.map(parameter => parameter.createdTime));
    const [first] = parameters;
    const isOne = source.kind === 'Parameter' && first !== undefined;
    const versionId = isOne
      ? String(first.version)
      : digestOf(parameters.map(({ name, version }) => [name, String(version)]));
    return { answer: { versionId, createdTime, observedAt, items: parameters } };
  };
  return {
    value,
    version: value,
    accept: async (_lane, region, told) => {
      const isOne = source.kind === 'Parameter';
      return believeParameters(
        { ...told, region, isOne, isNumber: isOne && NUMBER.test(source.selector ?? '') },
        request,
      );
    },
    fill: items => ok(filledOf(items)),
  };
}

function questionOf(source: ParameterSource, region: string): ParameterQuestion {
  if (source.kind === 'ParameterPath') return { path: source.path };
  const selector = source.selector === undefined ? '' : `:${source.selector}`;
  return { name: inRegion(source.name, region) + selector };
}
