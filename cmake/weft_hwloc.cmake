# hwloc, if it is found, is seen by one file: src/topology/topology_hwloc.cpp.
