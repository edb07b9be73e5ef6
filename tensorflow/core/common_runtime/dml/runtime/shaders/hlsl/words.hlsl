// Bodies of what words.glsl and functions.glsl declare only. A line with @ becomes a
// choice among the buffers by `number`, each of which stands for BUFFER once:
// hlsl_text.py.
uint dml_load1(uint number, uint at)
{
@return BUFFER.Load(at);
}
uint2 dml_load2(uint number, uint at)
{
@return BUFFER.Load2(at);
}
uint4 dml_load4(uint number, uint at)
{
@return BUFFER.Load4(at);
}
void dml_store1(uint number, uint at, uint v)
{
@BUFFER.Store(at, v);
}
void dml_store2(uint number, uint at, uint2 v)
{
@BUFFER.Store2(at, v);
}
void dml_store4(uint number, uint at, uint4 v)
{
@BUFFER.Store4(at, v);
}
void dml_add(uint number, uint at, uint v)
{
@BUFFER.InterlockedAdd(at, v);
}
void dml_and(uint number, uint at, uint v)
{
@BUFFER.InterlockedAnd(at, v);
}
void dml_or(uint number, uint at, uint v)
{
@BUFFER.InterlockedOr(at, v);
}
double dml_pack_double(uint2 v)
{
return asdouble(v.x, v.y);
}
uint2 dml_unpack_double(double v)
{
uint low, high;
asuint(v, low, high);
return uint2(low, high);
}
