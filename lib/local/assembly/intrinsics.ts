/** Answers the references of one template: `Ref` and `Fn::GetAtt`. */
interface References {
  /** A parameter, a pseudo parameter or a resource. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
}

type Intrinsic = (argument: unknown, resolve: (value: unknown) => unknown, references: References) => unknown;

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, _resolve, references) => references.ref(text(name, 'Ref')),
  'Fn::GetAtt': (argument, resolve, references) => {
    const [logicalId, ...attribute] = Array.isArray(argument) ? argument : text(argument, 'Fn::GetAtt').split('.');
    return references.attribute(
      text(logicalId, 'Fn::GetAtt'),
      attribute.map((part) => String(resolve(part))).join('.'),
    );
  },
  'Fn::Join': (argument, resolve) => {
    const [separator, parts] = list(argument, 'Fn::Join');
    return list(resolve(parts), 'Fn::Join').map(String).join(text(separator, 'Fn::Join'));
  },
  'Fn::Split': (argument, resolve) => {
    const [separator, whole] = list(argument, 'Fn::Split');
    return text(resolve(whole), 'Fn::Split').split(text(separator, 'Fn::Split'));
  },
  'Fn::Select': (argument, resolve) => {
    const [index, items] = list(argument, 'Fn::Select');
    return list(resolve(items), 'Fn::Select')[Number(resolve(index))];
  },
  'Fn::Sub': (argument, resolve, references) => {
    const [template, variables = {}] = Array.isArray(argument) ? argument : [argument];
    const own = resolve(variables) as Readonly<Record<string, unknown>>;
    return text(template, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return String(own[name]);
      const [logicalId = '', ...attribute] = name.trim().split('.');
      return String(
        attribute.length > 0 ? references.attribute(logicalId, attribute.join('.')) : references.ref(logicalId),
      );
    });
  },
  'Fn::GetAZs': (_region, _resolve, references) =>
    ['a', 'b', 'c'].map((zone) => `${references.ref('AWS::Region')}${zone}`),
};

/** A template's value with every intrinsic function replaced by what it stands for. Refuses functions it does not know. */
export function resolveValue(value: unknown, references: References): unknown {
  const resolve = (inner: unknown): unknown => resolveValue(inner, references);
  if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (first && entries.length === 1 && (first[0] === 'Ref' || first[0].startsWith('Fn::'))) {
    const [name, argument] = first;
    const intrinsic = intrinsics[name];
    if (!intrinsic) throw new Error(`The cloud assembly uses ${name}, which the simulated account does not know.`);
    return intrinsic(argument, resolve, references);
  }
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, resolve(inner)] as const).filter(([, inner]) => inner !== NO_VALUE),
  );
}

/** `AWS::NoValue`: the property as if it were not there. */
export const NO_VALUE = Symbol('AWS::NoValue');

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${where} of the cloud assembly needs a text and has ${JSON.stringify(value)}.`);
}

function list(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${where} of the cloud assembly needs a list and has ${JSON.stringify(value)}.`);
}
