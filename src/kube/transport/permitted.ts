import type { Dispatcher } from 'undici';

/**
 * A dispatcher that asks when a request gets its socket, right before its first byte is sent: it may have been queued
 * for one for long, and what held then may hold no more.
 */
export function permittedOn(dispatcher: Dispatcher, permitted: () => boolean): Dispatcher {
  return dispatcher.compose(dispatch => (options, handler) => dispatch(options, asking(handler, permitted)));
}

function asking(to: Dispatcher.DispatchHandler, permitted: () => boolean): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      if (!permitted()) controller.abort(new Error('not permitted'));
      to.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...told) => to.onRequestUpgrade?.(...told),
    onResponseStart: (...told) => to.onResponseStart?.(...told),
    onResponseData: (...told) => to.onResponseData?.(...told),
    onResponseEnd: (...told) => to.onResponseEnd?.(...told),
    onResponseError: (...told) => to.onResponseError?.(...told),
  };
}
