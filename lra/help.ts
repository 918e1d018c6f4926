import { configKeys, presetNames, loadPreset } from './config.js';

/** Presets with their descriptions, a line each. */
function presetLines(): string[] {
  return ['listops', 'image'].flatMap((task) =>
    presetNames(task).map((name) => `  ${name.padEnd(20)} ${loadPreset(task, 's4d', name).values['description']}`),
  );
}

function keyLines(keys: ReturnType<typeof configKeys>): string[] {
  return keys.map(({ key, text, initial }) => {
    const shown = initial === undefined ? '' : ` (${JSON.stringify(initial)})`;
    return `  --${key.padEnd(18)} ${text}${shown}`;
  });
}

/** What follows the options in `longwave-lra train --help`. */
export function trainHelp(): string {
  const [listops, image] = [configKeys('listops'), configKeys('image')];
  const shared = listops.filter(({ key }) => image.some((other) => other.key === key));
  const only = (keys: typeof listops): typeof listops =>
    keys.filter(({ key }) => !shared.some((other) => other.key === key));
  return [
    '',
    'Presets (a preset may also be the path of a JSON file of your own):',
    ...presetLines(),
    '',
    'Keys, given as --key=value over the preset (defaults in brackets):',
    ...keyLines(shared),
    '',
    'Keys of listops:',
    ...keyLines(only(listops)),
    '',
    'Keys of image:',
    ...keyLines(only(image)),
    '',
    'Examples:',
    '  $ longwave-lra train listops --preset=quick',
    '  $ longwave-lra train listops --preset=cpu --seed=1 --out runs/listops-1',
    '  $ longwave-lra train image --preset=cpu --data data/image --lr=0.004 --maxMinutes=10',
    '  $ longwave-lra train listops --data lra_release/listops-1000 --backend=webgpu',
    '  $ longwave-lra train --resume runs/listops-1',
    '',
    'Ctrl-C finishes the step and writes a checkpoint; a second Ctrl-C stops at once.',
  ].join('\n');
}
