import { TASKS } from './config.js';
import { type KeyHelp, MODELS, keyHelp } from './keys.js';
import { namedPreset, presetNames } from './presets.js';

/** Presets with their descriptions, a line each. */
function presetLines(): string[] {
  return TASKS.flatMap((task) =>
    presetNames(task).map((name) => `  ${name.padEnd(22)} ${namedPreset(name)['description']}`),
  );
}

function keyLines(keys: readonly KeyHelp[]): string[] {
  return keys.map(({ key, text, initial }) => {
    const shown = initial === undefined ? '' : ` (${JSON.stringify(initial)})`;
    return `  --${key.padEnd(18)} ${text}${shown}`;
  });
}

/** What follows the options in `longwave-lra train --help`. */
export function trainHelp(): string {
  return [
    '',
    'Presets (a preset may also be the path of a JSON file of your own):',
    ...presetLines(),
    '',
    'Keys, given as --key=value over the preset (defaults in brackets):',
    ...keyLines(keyHelp('all')),
    ...TASKS.flatMap((task) => ['', `Keys of ${task}:`, ...keyLines(keyHelp({ task }))]),
    ...MODELS.flatMap((model) => ['', `Keys of the model ${model}:`, ...keyLines(keyHelp({ model }))]),
    '',
    'Examples:',
    '  $ longwave-lra train listops --preset=quick',
    '  $ longwave-lra train listops --preset=cpu --seed=1 --out runs/listops-1',
    '  $ longwave-lra train image --model=s4 --preset=cpu',
    '  $ longwave-lra train image --preset=cpu --data data/image --lr=0.004 --maxMinutes=10',
    '  $ longwave-lra train listops --data lra_release/listops-1000 --backend=webgpu',
    '  $ longwave-lra train --resume runs/listops-1',
    '',
    'Ctrl-C finishes the step and writes a checkpoint; a second Ctrl-C stops at once.',
  ].join('\n');
}

/** What follows the options in `longwave-lra import --help`. */
export const importHelp: string = [
  '',
  'Keys of the model are given as --key=value over the preset, as for train.',
  '',
  'The file is made in Python from a checkpoint (.ckpt or .pt):',
  '  import torch; from safetensors.torch import save_file',
  "  state = torch.load('model.ckpt', map_location='cpu', weights_only=False)",
  "  save_file({k: v.clone().contiguous() for k, v in state.get('state_dict', state).items()}, 'model.safetensors')",
  '',
  'Examples:',
  '  $ longwave-lra import image model.safetensors --format s4-v3 --model s4 --out runs/published',
  '  $ longwave-lra evaluate runs/published',
  '  $ longwave-lra train --resume runs/published',
].join('\n');
