/** @file Writes small ONNX models: the few messages of onnx.proto that two graphs need, in protobuf's wire format. */

type Field = Uint8Array;

const FLOAT = 1;
const INT64 = 7;
const INT_ATTRIBUTE = 2;

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function integer(field: number, value: number): Field {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

function bytes(field: number, content: Uint8Array): Field {
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
}

function text(field: number, value: string): Field {
  return bytes(field, new TextEncoder().encode(value));
}

function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, join(fields));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** An operator with its inputs, outputs and whole-number attributes. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number>>;
}

export interface Graph {
  readonly nodes: readonly Node[];
  /** Shapes of the f32 inputs by name. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  /** 64-bit integer constants: a list, or a single number for a scalar. */
  readonly constants?: Readonly<Record<string, readonly number[] | number>>;
}

/** The bytes of a model file, operator set 17. */
export function model({ nodes, inputs, outputs, constants = {} }: Graph): Uint8Array {
  const values = (field: number, named: Readonly<Record<string, readonly number[]>>): Field[] =>
    Object.entries(named).map(([name, shape]) => {
      const dims = shape.map((d) => message(1, [integer(1, d)]));
      return message(field, [text(1, name), message(2, [message(1, [integer(1, FLOAT), message(2, dims)])])]);
    });
  const graph = [
    ...nodes.map(({ op, inputs, outputs, attributes = {} }) =>
      message(1, [
        ...inputs.map((name) => text(1, name)),
        ...outputs.map((name) => text(2, name)),
        text(4, op),
        ...Object.entries(attributes).map(([name, value]) =>
          message(5, [text(1, name), integer(3, value), integer(20, INT_ATTRIBUTE)]),
        ),
      ]),
    ),
    text(2, 'graph'),
    ...Object.entries(constants).map(([name, value]) => {
      const list = typeof value === 'number' ? [value] : value;
      const raw = new Uint8Array(BigInt64Array.from(list, BigInt).buffer);
      const dims = typeof value === 'number' ? [] : [integer(1, list.length)];
      return message(5, [...dims, integer(2, INT64), text(8, name), bytes(9, raw)]);
    }),
    ...values(11, inputs),
    ...values(12, outputs),
  ];
  return join([integer(1, 8), message(7, graph), message(8, [text(1, ''), integer(2, 17)])]);
}
