/** What stands for a container image on this machine. */
export interface LocalImage {
  /** The image's ENTRYPOINT: replaced by a container's own entry point, followed by its arguments. */
  readonly command: readonly string[];
  /** The image's CMD: used when the container gives no arguments. */
  readonly arguments?: readonly string[];
  /** The image's WORKDIR, as an absolute path here. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Finds what an image reference (`tryretool/backend:3.100.0`, an ECR URI of the assembly) means here; throws when it is unknown. */
export type ResolveImage = (image: string) => LocalImage | Promise<LocalImage>;

/** The command line of a container: Docker's rules for ENTRYPOINT and CMD, the same in ECS and Kubernetes. */
export function commandLine(image: LocalImage, entryPoint?: readonly string[], args?: readonly string[]): string[] {
  if (entryPoint?.length) return [...entryPoint, ...(args ?? [])];
  return [...image.command, ...(args ?? image.arguments ?? [])];
}
