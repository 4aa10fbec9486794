declare module 'asl-validator' {
  /** Checks a definition against the States Language, changing it as it goes. */
  export default function validate(
    definition: object,
    options?: { readonly checkArn?: boolean },
  ): { readonly isValid: boolean; readonly errorsText: (separator?: string) => string };
}
