// The end of a program as a grouped one, which takes the parameter blocks of up
// to 16 dispatches ("members", hal::DispatchDesc): each work group finds its
// member, and does what a group of that dispatch would. build_shaders.py puts
// it behind the program's text, whose main() is dml_program_main() then; the
// program knows nothing of it.
#undef main

void main() {
  const uint group = gl_WorkGroupID.x;
  const uvec4 firsts[4] = dml_root.members.first_groups;
  uint member = 0;
  dml_first_group = 0;
  [[unroll]] for (uint m = 1; m < 16; ++m) {
    const uint first = firsts[m / 4][m % 4];
    if (group >= first) {
      member = m;
      dml_first_group = first;
    }
  }
  const uint offset =
      DML_MEMBERS_BYTES + member * dml_root.members.block_bytes;
  dml_parameters = DmlParameters(
      dml_far(uvec2(dml_root.members), 1, offset, 1));
  dml_program_main();
}
