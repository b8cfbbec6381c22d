"""Pipelines of native and Python passes."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator, Sequence
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch_mlir import ir

import pock_mlir.passes
from pock_mlir.passes.machinery import pipeline, registry
from pock_mlir.passes.machinery.calls import call, pipeline_text
from pock_mlir.passes.machinery.options import PassOption, quoted, split_options
from pock_mlir.passes.machinery.pipeline import (
    NativeStep,
    PassError,
    PassPipeline,
    PipelineError,
    pipeline_steps,
    run_pipeline,
)
from pock_mlir.passes.machinery.pipeline_text import parse_pipeline
from pock_mlir.passes.machinery.registry import PassFailure, register_pass, register_pipeline, registered_passes

SOURCE = """
func.func @f(%a: i32) -> i32 {
  %0 = arith.addi %a, %a : i32
  %1 = arith.addi %a, %a : i32
  return %1 : i32
}
func.func @g() {
  return
}
"""


@pytest.fixture
def module() -> Iterator[ir.Module]:
    with ir.Context():
        yield ir.Module.parse(SOURCE)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, object]]]:
    """The calls of the pass `record`; registrations are undone after the test."""
    monkeypatch.setattr(registry, "_passes", dict(registry._passes))
    monkeypatch.setattr(registry, "_pipelines", dict(registry._pipelines))
    made: list[tuple[str, dict[str, object]]] = []

    @register_pass("record")
    def record(operation: ir.Operation, *, n: int = 3, names: Sequence[str] = (), keep_all: bool = False) -> None:
        """Records that it ran.

        And more.
        """
        made.append((operation.name, {"n": n, "names": names, "keep_all": keep_all}))

    return made


Calls = list[tuple[str, dict[str, object]]]


def names_of(calls: Calls) -> list[str]:
    return [name for name, _ in calls]


def test_native_and_python_passes_run_in_order(module: ir.Module, calls: Calls) -> None:
    counts: list[int] = []

    @register_pass("count-additions")
    def count(operation: ir.Operation) -> None:
        counts.append(str(operation).count("arith.addi"))

    run_pipeline(module, "builtin.module(count-additions,func.func(cse,count-additions,canonicalize),record)")
    assert counts == [2, 1, 0]
    assert names_of(calls) == ["builtin.module"]


@pytest.mark.parametrize("text", ["record", "builtin.module(record)", "any(record)", " builtin.module ( record ) "])
def test_anchor_may_be_left_out(module: ir.Module, calls: Calls, text: str) -> None:
    run_pipeline(module, text)
    assert names_of(calls) == ["builtin.module"]


def test_nested_pass_runs_on_each_operation_of_the_anchor(module: ir.Module, calls: Calls) -> None:
    run_pipeline(module, "func.func(record)")
    assert names_of(calls) == ["func.func", "func.func"]


def test_anchor_is_the_operation_that_is_run_on(module: ir.Module, calls: Calls) -> None:
    function = module.body.operations[0].operation
    run_pipeline(function, "func.func(record,cse)")
    run_pipeline(function, "record")
    assert names_of(calls) == ["func.func", "func.func"]
    assert str(function).count("arith.addi") == 1


def test_empty_pipeline(module: ir.Module) -> None:
    before = str(module)
    run_pipeline(module, "")
    run_pipeline(module, "builtin.module()")
    assert str(module) == before


def test_options_are_converted(module: ir.Module, calls: Calls) -> None:
    run_pipeline(module, "record{n=7 names={a,b} keep-all},record{names=c keep-all=false},record{names='d e'}")
    assert [options for _, options in calls] == [
        {"n": 7, "names": ("a", "b"), "keep_all": True},
        {"n": 3, "names": ("c",), "keep_all": False},
        {"n": 3, "names": ("d e",), "keep_all": False},
    ]


def test_named_pipeline_expands_where_it_stands(module: ir.Module, calls: Calls) -> None:
    @register_pipeline("twice")
    def twice(*, first: int = 1) -> str:
        """Records twice."""
        return f"record{{n={first}}},record{{n=2}}"

    run_pipeline(module, "func.func(twice),twice{first=5}")
    assert names_of(calls) == ["func.func"] * 4 + ["builtin.module"] * 2
    assert [options["n"] for _, options in calls[-2:]] == [5, 2]
    with pytest.raises(PipelineError, match=r"pipeline 'twice' has no option 'second' \(options: first\)"):
        run_pipeline(module, "twice{second=1}")


def test_calls_are_run_with_their_values(module: ir.Module, calls: Calls) -> None:
    """And say as text what they do, whatever characters a value has."""
    names = ["a", 'b "c", {d}\\']
    pipeline = [call("cse"), call("record", n=7, names=names, keep_all=True), call("canonicalize", top_down=False)]
    run_pipeline(module, pipeline)
    run_pipeline(module, pipeline_text(pipeline))
    (_, given), (_, parsed) = calls
    assert given == parsed | {"names": names}
    assert list(parsed["names"]) == names
    with pytest.raises(PipelineError, match="pass 'record' has no option 'm'"):
        run_pipeline(module, [call("record", m=1)])


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("record,nope", "1:8", "'nope' does not refer to a registered pass or pass pipeline"),
        ("record,\n  func.func(nope)", "2:13", "'nope' does not refer to a registered pass or pass pipeline"),
        ("record{m=1}", "1:7", "pass 'record' has no option 'm' (options: n, names, keep-all)"),
        ("record{keep_all}", "1:7", "pass 'record' has no option 'keep_all' (options: n, names, keep-all)"),
        ("record{n=x}", "1:7", "pass 'record': invalid value 'x' for option 'n': expected int"),
        ("record{n}", "1:7", "pass 'record': option 'n' needs a value (int)"),
        ("record(cse)", "1:1", "'record' is a pass and takes no nested pipeline"),
        ("func.func(any(record))", "1:15", "the Python pass 'record' cannot run on 'any' operation"),
        ("func.func{n=1}(record)", "1:10", "'func.func' has a nested pipeline and takes no options"),
        ("cse{nope=1}", "1:1", "<Pass-Options-Parser>: no such option nope"),
        ("func.func(cse", "1:10", "missing closing ')' of a nested pipeline"),
        ("cse{a={b}", "1:4", "missing closing '}' while processing pass options"),
        ("cse{a='}", "1:4", "missing closing '}' while processing pass options"),
        ("cse)", "1:4", "expected ',' after parsing pipeline"),
        ("cse canonicalize", "1:5", "expected ',' after parsing pipeline"),
        (",cse", "1:1", "expected the name of a pass, of a pipeline or of an operation"),
        ("cse,", "1:5", "expected the name of a pass, of a pipeline or of an operation"),
    ],
)
def test_bad_text_is_refused_with_its_place(
    module: ir.Module, calls: Calls, text: str, place: str, message: str
) -> None:
    with pytest.raises(PipelineError) as caught:
        run_pipeline(module, text)
    first, line, caret = str(caught.value).split("\n")
    assert first.startswith(f"MLIR Textual PassPipeline Parser:{place}: error: {message}")
    row, column = map(int, place.split(":"))
    assert (line, caret) == (text.split("\n")[row - 1], " " * (column - 1) + "^")
    assert calls == []


def test_recursive_pipeline_is_refused(module: ir.Module, calls: Calls) -> None:
    register_pipeline("first")(lambda: "record,second")
    register_pipeline("second")(lambda: [call("first")])
    with pytest.raises(PipelineError, match="pipeline 'first' contains itself"):
        run_pipeline(module, "first")


def test_pass_failure_becomes_pass_error(module: ir.Module, calls: Calls) -> None:
    @register_pass("fail")
    def fail(operation: ir.Operation) -> None:
        raise PassFailure(ir.Location.file("model.py", 12, 4), "'torch.aten.foo' has no conversion")

    with pytest.raises(PassError) as caught:
        run_pipeline(module, "fail,record")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.severity, diagnostic.location) == ("error", "model.py:12:4")
    assert diagnostic.message == "'torch.aten.foo' has no conversion"
    assert caught.value.pass_name == "fail"
    assert str(caught.value) == "pass 'fail' failed\nmodel.py:12:4: error: 'torch.aten.foo' has no conversion"
    assert calls == []


def test_every_error_of_a_pass_is_collected(module: ir.Module, calls: Calls) -> None:
    @register_pass("fail-twice")
    def fail_twice(operation: ir.Operation) -> None:
        operation.location.emit_error("the first")
        raise PassFailure(ir.Location.unknown(), "the second")

    with pytest.raises(PassError) as caught:
        run_pipeline(module, "fail-twice")
    assert [diagnostic.message for diagnostic in caught.value.diagnostics] == ["the first", "the second"]
    assert caught.value.diagnostics[1].location == "unknown"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ('"a.py":1:2', "a.py:1:2"),
        ('"x"("a.py":1:2)', "a.py:1:2"),
        ('callsite("a.py":1:2 at "b.py":3:4)', "a.py:1:2"),
        ('callsite("x" at "b.py":3:4)', "b.py:3:4"),
        ('fused["x", "a.py":1:2, "b.py":3:4]', "a.py:1:2"),
        ('"x"', '"x"'),
    ],
)
def test_location_of_a_diagnostic(calls: Calls, location: str, expected: str) -> None:
    @register_pass("fail")
    def fail(operation: ir.Operation) -> None:
        raise PassFailure(operation.location, "no")

    with ir.Context(), pytest.raises(PassError) as caught:
        run_pipeline(ir.Module.parse(f"module {{}} loc({location})"), "fail")
    assert caught.value.diagnostics[0].location == expected


def test_other_exceptions_propagate_with_the_name_of_the_pass(module: ir.Module, calls: Calls) -> None:
    @register_pass("raise")
    def raise_key_error(operation: ir.Operation) -> None:
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing") as caught:
        run_pipeline(module, "func.func(raise),record")
    assert caught.value.__notes__ == ["raised by the pass 'raise'"]
    assert calls == []
    run_pipeline(module, "record")
    assert names_of(calls) == ["builtin.module"]


def test_invalid_ir_after_a_pass_is_an_error_unless_switched_off(module: ir.Module, calls: Calls) -> None:
    @register_pass("invalidate")
    def invalidate(operation: ir.Operation) -> None:
        function = operation.regions[0].blocks[0].operations[0]
        function.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get([], []))

    with pytest.raises(PassError, match="entry block must have 0 arguments"):
        run_pipeline(module, "invalidate,record")
    run_pipeline(module, "record,invalidate", verify_each=False)
    assert len(calls) == 1


def test_verifiers_in_python_run_in_a_context_with_threads() -> None:
    program = """
from torch_mlir import ir
from torch_mlir.dialects.ext import Dialect, Operand
from pock_mlir.passes.machinery.pipeline import run_pipeline

class Slow(Dialect, name="slow"):
    pass

class UseOp(Slow.Operation, name="use"):
    value: Operand[ir.IntegerType]

    def verify_invariants(self):
        return sum(range(100)) > 0

with ir.Context() as context:
    Slow.load()
    use = '"slow.use"(%a) : (i32) -> ()'
    functions = [f"func.func @f{i}(%a: i32) {{ {use * 10} return }}" for i in range(20)]
    module = ir.Module.parse("".join(functions))
    context.enable_multithreading(True)
    run_pipeline(module, "func.func(cse,canonicalize)")
    assert context.get_num_threads() > 1
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_pipelines_are_freed(module: ir.Module, calls: Calls) -> None:
    passes = PassPipeline("builtin.module", pipeline_steps("record"))
    passes.run(module.operation)
    freed = weakref.ref(passes)
    del passes
    gc.collect()
    assert freed() is None


def test_steps_show_what_will_run(calls: Calls) -> None:
    steps = pipeline_steps("builtin.module(cse,func.func(canonicalize{top-down=false},record))")
    assert [(step.path, step.name) for step in steps] == [
        ((), "cse"),
        (("func.func",), "canonicalize"),
        (("func.func",), "record"),
    ]
    assert isinstance(steps[1], NativeStep)
    assert steps[1].element.text == "canonicalize{top-down=false}"


def test_registered_pass_has_documentation_and_options(calls: Calls) -> None:
    info = registry.lookup_pass("record")
    assert info is not None
    assert info.doc == "Records that it ran."
    assert {name: (o.type_text, o.default_text) for name, o in info.options.items()} == {
        "n": ("int", "3"),
        "names": ("list of str", "{}"),
        "keep-all": ("bool", "false"),
    }


def test_names_are_registered_once(calls: Calls) -> None:
    with pytest.raises(ValueError, match="'record' is already registered"):
        register_pipeline("record")(lambda: "cse")
    with pytest.raises(ValueError, match="'record' is already registered"):
        register_pass("record")(lambda operation: None)


def test_options_need_a_type_and_a_default(calls: Calls) -> None:
    def no_default(operation: ir.Operation, *, n: int) -> None: ...

    def no_type(operation: ir.Operation, *, n=1) -> None: ...

    def odd_type(operation: ir.Operation, *, n: ModuleType | None = None) -> None: ...

    for function, message in (
        (no_default, "needs a default value"),
        (no_type, "needs a type annotation"),
        (odd_type, "which no option can have"),
    ):
        with pytest.raises(TypeError, match=message):
            register_pass("broken")(function)


def test_pass_is_found_by_name_without_importing_others() -> None:
    program = """
import sys
from pock_mlir.passes.machinery.registry import lookup_pass
assert lookup_pass("pock-autodiff").name == "pock-autodiff"
assert "pock_mlir.passes.lowering.convert_pock_to_linalg" not in sys.modules
assert lookup_pass("test-fail") is None
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_all_passes_are_registered_on_demand() -> None:
    names = {info.name for info in registered_passes()}
    assert {"pock-autodiff", "convert-pock-to-linalg"} <= names


def test_a_pass_must_be_named_after_its_module() -> None:
    assert pock_mlir.passes.is_findable("pock-autodiff", "pock_mlir.passes.backward.autodiff")
    assert pock_mlir.passes.is_findable("convert-a-to-b", "pock_mlir.passes.lowering.convert_a_to_b")
    assert not pock_mlir.passes.is_findable("convert-a-to-b", "pock_mlir.passes.convert_a_to_b")
    assert pock_mlir.passes.is_findable("pock-adapt-to-iree", "pock_mlir.backends.iree.passes.adapt_to_iree")
    assert not pock_mlir.passes.is_findable("pock-prune", "pock_mlir.backends.iree.passes.adapt_to_iree")
    assert pock_mlir.passes.is_findable("pock-insert-sgd", "pock_mlir.passes.updates.insert.sgd")
    assert not pock_mlir.passes.is_findable("pock-insert-sgd", "pock_mlir.passes.updates.insert.adam")
    assert not pock_mlir.passes.is_findable("pock-a-b-c", "pock_mlir.passes.a.b.c")
    assert pock_mlir.passes.is_findable("anything", "some.other.package")
    assert not pock_mlir.passes.is_findable("pock-prune", "pock_mlir.passes.backward.autodiff")
    assert not pock_mlir.passes.is_findable("pock-autodiff", "pock_mlir.passes.backward.autodiff.rules")


def test_passes_do_not_import_torch() -> None:
    program = """
import sys
from pock_mlir.passes import register_all_passes
register_all_passes()
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


ELEMENT_NAMES = st.from_regex(r"[a-z][a-z0-9.\-]{0,8}", fullmatch=True)
OPTION_TEXTS = st.lists(st.from_regex(r"[a-z]{1,5}=(\{[a-z,]{0,5}\}|'[ -&(-~]{0,5}'|[a-z0-9]{1,5})", fullmatch=True))


@given(st.lists(st.tuples(ELEMENT_NAMES, OPTION_TEXTS), min_size=1), st.sampled_from(["", " ", "\n"]))
def test_parsing_gives_back_what_was_written(elements: list[tuple[str, list[str]]], blank: str) -> None:
    texts = [name + (f"{{{' '.join(options)}}}" if options else "") for name, options in elements]
    nested = f"builtin.module({blank}{f'{blank},{blank}'.join(texts)}{blank})"
    (anchor,) = parse_pipeline(nested)
    assert anchor.nested is not None
    assert [(element.name, split_options(element.options or "")) for element in anchor.nested] == elements


@given(st.text(alphabet="ab,(){}='\" \n-.", max_size=20))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        parse_pipeline(text)
    except PipelineError as error:
        assert str(error).startswith("MLIR Textual PassPipeline Parser:")


def test_public_names() -> None:
    assert set(pipeline.__all__) >= {"PassError", "PipelineError", "run_pipeline"}


@given(st.lists(st.text(max_size=8), min_size=1))
def test_any_quoted_text_comes_back(texts: list[str]) -> None:
    (anchor,) = parse_pipeline(f"builtin.module(a{{names={{{','.join(map(quoted, texts))}}} last={quoted(texts[0])}}})")
    assert anchor.nested is not None
    names, last = (item.partition("=")[2] for item in split_options(anchor.nested[0].options or ""))
    assert PassOption("names", "names", str, None, is_list=True).parse(names) == tuple(texts)
    assert PassOption("last", "last", str, None).parse(last) == texts[0]
