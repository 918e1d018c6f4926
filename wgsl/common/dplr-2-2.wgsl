// Shape of the sums of a diagonal plus low-rank model of rank 2 with two channels at a time: a column for B and for
// each P, a row for each channel of C and for each conj P.

alias Sums = mat3x4f;

const RANK = 2u;
const CHANNELS = 2u;
