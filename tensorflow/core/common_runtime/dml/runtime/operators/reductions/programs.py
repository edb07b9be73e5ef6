"""Programs that reduce dimensions, or scan along one."""

from variants import COMPLEX, FLOATS, INTEGERS, NUMBERS, Shader

SHADERS = [
    # Float partial sums of float16 go through float32.
    Shader("reduce", FLOATS, FLOATS, grouped=True),
    *(Shader("reduce", (t,), (t,)) for t in INTEGERS + ("f64", "bool") + COMPLEX),
    Shader("add_tensors", FLOATS + ("f64", "i32", "i64") + COMPLEX),
    Shader("arg_reduce", NUMBERS + ("f64",)),
    Shader("scan", NUMBERS + ("f64",) + COMPLEX),
    Shader("scan", FLOATS + ("f64",), name="scan_log_sum_exp", defines={"LOG_SUM_EXP": "1"}),
    Shader("count_values"),
]
