# SPDX-License-Identifier: Apache-2.0
"""judge_test: runs a judge of patches, and tells it how some host tests are compiled, linked and run."""

_C = (".c", ".S")
_Recipe = provider(fields = {
    "data": "files that are neither sources nor binaries",
    "files": "sources and headers",
    "links": "(binary, its objects' units as JSON, link options) of this target",
    "run": "the test itself: program and arguments",
    "units": "what is compiled for this target and what it depends on",
})

def _include_flags(context):
    out = []
    for flag, dirs in [("-iquote", context.quote_includes), ("-isystem", context.system_includes), ("-I", context.includes)]:
        for d in dirs.to_list():
            # a generated file lies where a source would
            if not d.startswith("bazel-out/"):
                out += [flag, ("../" + d[len("external/"):]) if d.startswith("external/") else d]
    return out

def _sources(rule):
    return [f for t in getattr(rule.attr, "srcs", []) for f in t.files.to_list()]

def _compile(target, ctx, deps):
    """The units of this target alone."""
    infos = [d[CcInfo] for d in deps if CcInfo in d] + ([target[CcInfo]] if CcInfo in target else [])
    context = cc_common.merge_cc_infos(cc_infos = infos).compilation_context
    attr = ctx.rule.attr
    flags = ["-D" + d for d in context.defines.to_list() + attr.local_defines + attr.defines]
    flags += ctx.fragments.cpp.copts + ctx.fragments.cpp.conlyopts + attr.copts + _include_flags(context)
    headers = context.headers
    return [
        json.encode({"flags": flags, "src": f.short_path})
        for f in _sources(ctx.rule)
        if f.path.endswith(_C)
    ], depset(_sources(ctx.rule), transitive = [headers])

def _aspect_impl(target, ctx):
    attr = ctx.rule.attr
    deps = getattr(attr, "deps", [])
    below = [d[_Recipe] for d in deps + getattr(attr, "data", []) if _Recipe in d]
    units = [d[_Recipe].units for d in deps if _Recipe in d]
    files = [r.files for r in below]
    own = []
    links = []
    run = None
    # A library whose members are linked only if nothing else defines their symbols: here all tests define them.
    if ctx.rule.kind in ["cc_library", "cc_binary", "cc_test"] and "fallback" not in attr.tags:
        own, sources = _compile(target, ctx, deps)
        files.append(sources)
    units = depset(own, transitive = units)
    if ctx.rule.kind in ["cc_binary", "cc_test"]:
        links = [struct(
            options = attr.linkopts + ctx.fragments.cpp.linkopts,
            program = _program(target),
            units = units,
        )]
    data = []
    if ctx.rule.kind in ["cc_test", "sh_test"]:
        for d in getattr(attr, "data", []):
            if _Recipe in d and d[_Recipe].links:
                links += d[_Recipe].links
            else:
                data.append(d.files)
        if ctx.rule.kind == "sh_test":
            data.append(depset(_sources(ctx.rule)))
        run = struct(
            args = [ctx.expand_location(a, getattr(attr, "data", [])) for a in attr.args],
            program = _sources(ctx.rule)[0].short_path if ctx.rule.kind == "sh_test" else _program(target),
        )
    return [_Recipe(
        data = depset(transitive = data),
        files = depset(transitive = files),
        links = links,
        run = run,
        units = units,
    )]

def _program(target):
    return target[DefaultInfo].files_to_run.executable.short_path

_aspect = aspect(
    implementation = _aspect_impl,
    attr_aspects = ["data", "deps"],
    fragments = ["cpp"],
)

def _name(label):
    """//package:name; Bazel 7 writes @ before it."""
    return str(label).lstrip("@")

def _impl(ctx):
    recipes = ctx.actions.declare_file(ctx.label.name + ".json")
    tests = {}
    files = []
    for t in ctx.attr.tests:
        r = t[_Recipe]
        if not r.run:
            fail("%s is no test that this rule knows" % t.label)
        tests[_name(t.label)] = struct(
            args = r.run.args,
            links = [struct(
                options = l.options,
                program = l.program,
                units = [json.decode(u) for u in l.units.to_list()],
            ) for l in r.links],
            program = r.run.program,
        )
        files += [r.files, r.data]
    ctx.actions.write(recipes, json.encode(struct(
        machine_tests = [_name(t.label) for t in ctx.attr.machine_tests],
        tests = tests,
    )))
    own = [recipes, ctx.file.judge] + ctx.files.patches + ctx.files.data
    words = [f.short_path for f in [ctx.file.judge, recipes] + ctx.files.patches]
    run = ctx.actions.declare_file(ctx.label.name + ".run")
    ctx.actions.write(run, "#!/bin/sh\nexec %s\n" % " ".join(words), is_executable = True)
    return [DefaultInfo(
        executable = run,
        runfiles = ctx.runfiles(files = own, transitive_files = depset(transitive = files)),
    )]

# A test itself: the options of tests do not reach tests below other rules, and what is built twice
# for one place is an error.
judge_test = rule(
    implementation = _impl,
    attrs = {
        "data": attr.label_list(allow_files = True),
        "judge": attr.label(allow_single_file = True, doc = "run as JUDGE RECIPES PATCH..."),
        "machine_tests": attr.label_list(doc = "tests that only Bazel can run"),
        "patches": attr.label_list(allow_files = True),
        "tests": attr.label_list(aspects = [_aspect]),
    },
    test = True,
)
