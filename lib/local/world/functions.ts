import type { Assembly } from '../assembly/assembly.ts';
import type { FunctionModel } from '../assembly/compute.ts';

/** The two settings of a function that name an address of AWS: here they name the one that stands for it. */
export function localFunctions(
  assembly: Assembly,
  addresses: {
    /** `http://127.0.0.1:41234`, for the assembly's one HTTP API. */
    readonly httpApi: string;
    /** `127.0.0.1:53124` */
    readonly resolvers: string;
  },
): readonly FunctionModel[] {
  const endpoints = assembly.httpApis.map(({ endpoint }) => endpoint);
  const local = (name: string, value: string): string =>
    name === 'PASSAGE_RESOLVERS'
      ? addresses.resolvers
      : endpoints.reduce((text, endpoint) => text.replaceAll(endpoint, addresses.httpApi), value);
  return assembly.functions.map((each) => ({
    ...each,
    environment: Object.fromEntries(
      Object.entries(each.environment).map(([name, value]) => [name, local(name, value)]),
    ),
  }));
}
