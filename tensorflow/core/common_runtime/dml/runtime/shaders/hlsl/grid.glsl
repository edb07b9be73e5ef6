// The grid of a dispatch, by constants: Direct3D 12 has no first group.
#ifndef DML_GRID_GLSL_
#define DML_GRID_GLSL_

layout(binding = 0, std140) uniform DmlGrid {
  uint groups_x, groups_y, groups_z;
  uint first_x, first_y, first_z;
} dml_grid;

uint dml_group() {
  return (gl_WorkGroupID.y + dml_grid.first_y) * dml_grid.groups_x +
         (gl_WorkGroupID.x + dml_grid.first_x);
}

#endif  // DML_GRID_GLSL_
