// Shape of the sums of a diagonal plus low-rank model of rank 2 with one channel at a time: a column for B and for
// each P, a row for each channel of C and for each conj P.

alias Sums = mat3x3f;

const RANK = 2u;
const CHANNELS = 1u;
