# Highway, if it is found, is seen by src/simd alone.
