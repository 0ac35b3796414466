// LEPTON_VECTOR_LOOP before a `for`: its iterations do not depend on each other (a result may be an operand, element for element), so that
// the compiler may turn it into vector code without checking for overlap.
#pragma once

#ifdef __clang__
#define LEPTON_VECTOR_LOOP _Pragma("clang loop vectorize(assume_safety)")
#else
#define LEPTON_VECTOR_LOOP _Pragma("GCC ivdep")
#endif
