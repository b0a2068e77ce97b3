{
  "variables": {
    # Sources that are compiled once for every instruction set.
    "kernel_sources": [
      "native/table.cc",
      "native/gemm/gemm.cc",
      "native/kernels/activation.cc",
      "native/kernels/arg.cc",
      "native/kernels/backward.cc",
      "native/kernels/binary.cc",
      "native/kernels/cast.cc",
      "native/kernels/conv.cc",
      "native/kernels/elementary.cc",
      "native/kernels/factor.cc",
      "native/kernels/gemm.cc",
      "native/kernels/index.cc",
      "native/kernels/move.cc",
      "native/kernels/optim.cc",
      "native/kernels/pool.cc",
      "native/kernels/quotient.cc",
      "native/kernels/random.cc",
      "native/kernels/recurrent.cc",
      "native/kernels/reduce.cc",
      "native/kernels/scan.cc",
      "native/kernels/softmax.cc",
      "native/kernels/special.cc",
      "native/kernels/sort.cc",
      "native/kernels/standardize.cc",
      "native/kernels/svd.cc",
      "native/kernels/unary.cc",
    ],
  },
  "target_defaults": {
    # Neither -ffast-math (NaN and infinities count) nor -march=native (the processor is asked when the addon loads). -Wno-psabi: vectors wider than a
    # register are passed between inlined functions only.
    "cflags": ["-O3", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", "-Wno-psabi", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-fwrapv"],
    "cflags_cc": ["-std=c++17"],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
      "GCC_OPTIMIZATION_LEVEL": "3",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CFLAGS": ["-Wall", "-Wextra", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-fwrapv"],
    },
    # The vector extensions are GCC's and clang's.
    "msbuild_toolset": "ClangCL",
    "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS"],
  },
  "targets": [
    {
      "target_name": "gradtape",
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "sources": ["native/addon.cc", "native/dispatch.cc", "native/watch.cc", "native/runtime/pages.cc", "native/runtime/stack.cc", "native/runtime/threads.cc", "native/runtime/workspace.cc"],
      "conditions": [
        ["target_arch == 'arm64'", {"dependencies": ["kernels_neon"]}, {"dependencies": ["kernels_baseline", "kernels_avx2", "kernels_avx512"]}],
      ],
    },
  ],
  "conditions": [
    ["target_arch == 'arm64'", {
      "targets": [
        {"target_name": "kernels_neon", "type": "static_library", "sources": ["<@(kernel_sources)"], "defines": ["GRADTAPE_ISA_neon"]},
      ],
    }, {
      "targets": [
        {"target_name": "kernels_baseline", "type": "static_library", "sources": ["<@(kernel_sources)"], "defines": ["GRADTAPE_ISA_baseline"]},
        {
          "target_name": "kernels_avx2",
          "type": "static_library",
          "sources": ["<@(kernel_sources)"],
          "defines": ["GRADTAPE_ISA_avx2"],
          "variables": {"isa_flags": ["-mavx2", "-mfma"]},
          "cflags": ["<@(isa_flags)"],
          "xcode_settings": {"OTHER_CFLAGS": ["<@(isa_flags)"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<@(isa_flags)"]}},
        },
        {
          "target_name": "kernels_avx512",
          "type": "static_library",
          "sources": ["<@(kernel_sources)"],
          "defines": ["GRADTAPE_ISA_avx512"],
          "variables": {"isa_flags": ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl", "-mfma", "-mprefer-vector-width=512"]},
          "cflags": ["<@(isa_flags)"],
          "xcode_settings": {"OTHER_CFLAGS": ["<@(isa_flags)"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["<@(isa_flags)"]}},
        },
      ],
    }],
  ],
}
