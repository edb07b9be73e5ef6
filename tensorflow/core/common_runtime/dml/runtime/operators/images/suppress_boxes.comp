// The second half of non-maximum suppression: one group walks boxes in order,
// 32 at a time, keeps those that no kept one before them overlaps, and drops
// those that they overlap (suppress_overlaps.comp). A launch takes `rows` boxes
// from `first` on, and goes on where the one before it ended.
//
// Word w of `removed` has a bit for each of 32 boxes; only the invocation that
// owns the word touches it, and hands it to the others when its turn comes.
#version 460
#include "dml.glsl"
#include "math.glsl"

DML_PARAMETERS_BEGIN
  WordBuffer overlaps;
  FloatBuffer scores;  // in order, from the highest on
  IntBuffer order;
  WordBuffer removed;
  IntBuffer selected;
  WordBuffer kept_count;
  uint count;
  uint first;
  uint rows;
  uint most;  // boxes to keep
  float threshold;
DML_PARAMETERS_END

shared uint turn[2];

void main() {
  if (dml_group() != 0) return;
  const uint width = gl_WorkGroupSize.x;
  const uint local = gl_LocalInvocationID.x;
  const uint words = (p.count + 31) / 32;
  const uint first_word = p.first / 32;
  const uint end_word = (p.first + p.rows + 31) / 32;
  uint kept = p.first == 0 ? 0 : word_load(p.kept_count, 0);

  for (uint block = first_word; block < end_word && kept < p.most; ++block) {
    if (local == block % width) {
      turn[block % 2] = block == 0 ? 0 : word_load(p.removed, block);
    }
    barrier();
    uint gone = turn[block % 2];
    const uint row = 32 * (block - first_word);
    const uint taken = min(32, p.count - 32 * block);
    uint keep = 0;
    for (uint b = 0; b < taken; ++b) {
      if ((gone >> b & 1) != 0) continue;
      const float score = float_load(p.scores, 32 * block + b);
      if (dml_is_nan(score) || !(score > p.threshold)) continue;
      keep |= 1u << b;
      gone |= word_load(p.overlaps, block * p.rows + row + b);
    }
    if (local < 32 && (keep >> local & 1) != 0) {
      const uint place = kept + bitCount(keep & ((1u << local) - 1));
      if (place < p.most) {
        int_store(p.selected, place, int_load(p.order, 32 * block + local));
      }
    }
    kept = min(kept + bitCount(keep), p.most);
    // The first own word after this one.
    uint word = block + 1 + (local + width - (block + 1) % width) % width;
    for (; word < words; word += width) {
      uint dropped = block == 0 ? 0 : word_load(p.removed, word);
      for (uint rest = keep; rest != 0; rest &= rest - 1) {
        dropped |= word_load(p.overlaps, word * p.rows + row + findLSB(rest));
      }
      word_store(p.removed, word, dropped);
    }
  }
  if (local == 0) word_store(p.kept_count, 0, kept);
}
