# SPDX-License-Identifier: Apache-2.0
"""hyp_library, hyp_test, hyp_property: C with our warnings, for riscv64 and for the host."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")
load("//toolchains/gcc:copts.bzl", "COLD", "hyp_copts")
load("//toolchains/rules:own.bzl", "own")

_CMOCKA = str(Label("@cmocka//:cmocka"))
_LIBARCH = own("//libarch")
_PROP = own("//tests/prop:prop")
_BASE = own("//libarch:base")
_HOST = [str(Label("@platforms//os:linux"))]

# A test has one thread, and looks at members without their lock.
_TEST_COPTS = select({
    own("//platforms:clang"): ["-Wno-thread-safety-analysis"],
    "//conditions:default": [],
})

def _with_base(deps):
    """Every library and test may include <hyp/base/...>: data types, status codes, assertions."""
    if type(deps) == "list":
        deps = [d for d in deps if not d.endswith("//libarch:base")]
    return deps + [_BASE]

def hyp_library(name, copts = [], cold = False, base = True, deps = [], includes = ["include"], visibility = ["//visibility:public"], **kwargs):
    """A cc_library with our warnings, for riscv64 and for the host alike.

    Args:
      name: of the library.
      copts: added to ours.
      cold: it runs while booting, or a line at a time: on the target small goes before fast.
      base: it may include <hyp/base/...>, without naming //libarch:base in `deps`.
      deps: as cc_library's.
      includes: as cc_library's.
      visibility: as cc_library's.
      **kwargs: of the cc_library.
    """
    cc_library(
        name = name,
        copts = hyp_copts(copts) + (COLD if cold else []),
        includes = includes,
        deps = _with_base(deps) if base else deps,
        # host tests link what they test, whole
        linkstatic = True,
        visibility = visibility,
        **kwargs
    )

def hyp_test(name, srcs, deps = [], copts = [], size = "small", **kwargs):
    """A cmocka test on the host."""
    cc_test(
        name = name,
        size = size,
        srcs = srcs,
        copts = hyp_copts(copts) + _TEST_COPTS,
        linkstatic = True,
        target_compatible_with = _HOST,
        deps = _with_base(deps) + [_CMOCKA],
        **kwargs
    )

def hyp_property(
        name,
        srcs,
        deps = [],
        engines = ["random", "exhaust", "fuzz"],
        corpus = [],
        runs = 20000,
        limit = 2000000,
        complete = False,
        mutations = 20000,
        copts = [],
        size = "small",
        tags = [],
        **kwargs):
    """One property (prop_run() of <prop.h>), a test for each engine.

    Args:
      name: <name>_random_test, <name>_exhaust_test, <name>_fuzz_test; <name>_fuzz is libFuzzer's.
      srcs: the property.
      deps: what it tests.
      engines: which tests are made.
      corpus: files that the fuzz test runs, and then mutates.
      runs: of the random engine.
      limit: the most choice sequences that the exhaust engine walks.
      complete: the exhaust test fails unless every sequence was walked.
      mutations: runs of the fuzz test after the corpus.
      copts: added to ours.
      size: of the tests.
      tags: of the tests.
      **kwargs: of the tests.
    """
    args = {
        "exhaust": ["--limit=%d" % limit] + (["--complete"] if complete else []),
        "fuzz": ["--mutations=%d" % mutations] + ["$(rootpaths %s)" % c for c in corpus],
        "random": ["--runs=%d" % runs],
    }
    for engine in engines:
        cc_test(
            name = "%s_%s_test" % (name, engine),
            size = size,
            srcs = srcs,
            args = args[engine],
            copts = hyp_copts(copts) + _TEST_COPTS,
            data = corpus if engine == "fuzz" else [],
            linkstatic = True,
            tags = tags,
            target_compatible_with = _HOST,
            deps = _with_base(deps) + [_PROP, own("//tests/prop:" + engine)],
            **kwargs
        )
    if "fuzz" in engines:
        cc_binary(
            name = name + "_fuzz",
            testonly = True,
            srcs = srcs,
            copts = hyp_copts(copts),
            linkopts = ["-fsanitize=fuzzer"],
            tags = ["manual"],
            target_compatible_with = _HOST,
            deps = _with_base(deps) + [_PROP, own("//tests/prop:libfuzzer")],
        )

def hyp_module(
        name,
        srcs = [],
        hdrs = [],
        own_src = True,
        own_hdr = True,
        deps = [],
        tests = [],
        props = {},
        test_hdrs = [],
        test_deps = [],
        **kwargs):
    """A library above //libarch in src/NAME.c and include/hyp/LIB/NAME.h, with its unit tests and properties.

    LIB is the package's first folder without `lib`. Names of sources are those of files in src/.

    Args:
      name: of the library.
      srcs: more of its sources, private headers included.
      hdrs: more of its headers, in include/hyp/LIB/.
      own_src: src/NAME.c exists.
      own_hdr: include/hyp/LIB/NAME.h exists.
      deps: of the library, and of its tests.
      tests: names of unit tests; each is src/TEST.c.
      props: by name, what else hyp_property() is given; src/PROP.c unless `src` names another.
      test_hdrs: headers that tests and properties share, in src/.
      test_deps: what these depend on besides the library and its deps.
      **kwargs: of the hyp_library.
    """
    folder = "include/hyp/%s/" % native.package_name().split("/")[0][3:]
    deps = deps + [_LIBARCH]
    shared = ["src/" + h for h in test_hdrs]
    judged = [":" + name] + deps + test_deps
    hyp_library(
        name = name,
        srcs = ["src/" + s for s in ([name + ".c"] if own_src else []) + srcs],
        hdrs = [folder + h for h in ([name + ".h"] if own_hdr else []) + hdrs],
        deps = deps,
        **kwargs
    )
    for test in tests:
        hyp_test(
            name = test,
            srcs = ["src/%s.c" % test] + shared,
            deps = judged,
        )
    for prop, args in props.items():
        args = dict(args)
        hyp_property(
            name = prop,
            srcs = ["src/%s.c" % args.pop("src", prop)] + shared,
            deps = judged,
            **args
        )
