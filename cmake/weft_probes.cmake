# sys/sdt.h, if it is found (Debian: systemtap-sdt-dev), is seen by one file: src/pool/probes.hpp.
find_path(WEFT_SDT_INCLUDE_DIR sys/sdt.h)
if(WEFT_WITH_PROBES AND WEFT_SDT_INCLUDE_DIR)
  message(STATUS "weft: probes for tracers of the system: weft:steal, weft:park, weft:region")
  target_compile_definitions(weft PRIVATE WEFT_HAS_SDT)
  target_include_directories(weft SYSTEM PRIVATE "${WEFT_SDT_INCLUDE_DIR}")
else()
  message(STATUS "weft: no probes for tracers of the system: WEFT_WITH_PROBES is off, or no sys/sdt.h (Debian: systemtap-sdt-dev)")
endif()
