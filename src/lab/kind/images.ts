import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../../runtime/shipped.ts';
import { LabError, type Progress } from '../lab.ts';
import type { Docker } from './docker.ts';
import { BUSYBOX_IMAGE } from './pins.ts';
import { imageFolder } from './run-files.ts';

const CONTEXT = shipped('clusters/web-demo/image');
const FILES = ['Dockerfile', 'serve', 'index.cgi'];
const EXECUTABLE = 0o755;

/**
 * The article's image cannot be pulled by everybody: the lab builds its own under any such name. One with a digest is
 * somebody's own, and cannot be built under it.
 */
export const isBuiltHere = (image: string) => /(^|\/)web-demo(:|$)/.test(image);

async function provide(docker: Docker, image: string, progress: Progress): Promise<void> {
  if (await docker.hasImage(image)) return;
  progress('pulling', image);
  await docker.pull(image);
}

/** Has all of these on this machine: what is not there is pulled, and web-demo built. @throws LabError */
export async function provideAll(
  docker: Docker,
  images: readonly string[],
  runFolder: string,
  progress: Progress,
): Promise<void> {
  for (const image of images)
    await (isBuiltHere(image) ? buildWebDemo(docker, image, runFolder) : provide(docker, image, progress));
}

/** Builds web-demo; Docker's cache makes that quick the second time. @throws LabError */
async function buildWebDemo(docker: Docker, image: string, runFolder: string): Promise<void> {
  const context = imageFolder(runFolder);
  mkdirSync(context, { recursive: true });
  try {
    const files = await fill(context, docker);
    const progress = await docker.api.buildImage({ context, src: files }, { t: image, forcerm: true });
    await new Promise<void>((done, fail) =>
      docker.api.modem.followProgress(progress, (error, output: { error?: string }[] | null) => {
        const said = error?.message ?? output?.find(line => line.error !== undefined)?.error;
        if (said === undefined) done();
        else fail(new LabError(`the image ${image} could not be built: ${said}`));
      }),
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

async function fill(context: string, docker: Docker): Promise<string[]> {
  for (const file of FILES) copyFileSync(join(CONTEXT, file), join(context, file));
  chmodSync(join(context, 'index.cgi'), EXECUTABLE);
  // An image that is there is the same everywhere; this machine's own busybox saves one who cannot pull.
  const own = (await docker.hasImage(BUSYBOX_IMAGE)) ? undefined : staticBusybox();
  if (own !== undefined) {
    copyFileSync(own, join(context, 'busybox'));
    chmodSync(join(context, 'busybox'), EXECUTABLE);
    return [...FILES, 'busybox'];
  }
  await provide(docker, BUSYBOX_IMAGE, () => {});
  const dockerfile = readFileSync(join(CONTEXT, 'Dockerfile'), 'utf8');
  const from = dockerfile.replace(/^COPY busybox /m, `COPY --from=${BUSYBOX_IMAGE} /bin/busybox `);
  writeFileSync(join(context, 'Dockerfile'), from);
  return FILES;
}

function staticBusybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox'].find(file => {
    try {
      return isStaticElf(readFileSync(file));
    } catch {
      return false;
    }
  });
}

/** True for a 64-bit little-endian ELF file without an interpreter (a dynamic loader). */
export function isStaticElf(file: Buffer): boolean {
  const [MAGIC, CLASS_64, LITTLE, PT_INTERP] = ['\x7fELF', 2, 1, 3];
  if (file.length < 64 || file.toString('latin1', 0, 4) !== MAGIC) return false;
  if (file[4] !== CLASS_64 || file[5] !== LITTLE) return false;
  const offset = Number(file.readBigUInt64LE(32));
  const [size, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  const types = Array.from({ length: count }, (_, index) => file.readUInt32LE(offset + index * size));
  return !types.includes(PT_INTERP);
}
