/** A layer draws up to four dropout masks: three around its mixer, and the last inside it. */
const PLACES = 4;

/** The stream of random numbers for a place of dropout around the mixer of a layer, 0 to 2. */
export function layerStream(layer: number, place: number): number {
  return PLACES * layer + place;
}

/** The stream of random numbers for dropout inside the mixer of a layer. */
export function mixerStream(layer: number): number {
  return PLACES * layer + PLACES - 1;
}
