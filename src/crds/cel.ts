/** CEL rules of the CRD; `message` names the field and says what is allowed (Kubernetes API conventions). */
export const rules = (...all: readonly { readonly rule: string; readonly message: string }[]) => ({
  'x-kubernetes-validations': all,
});
