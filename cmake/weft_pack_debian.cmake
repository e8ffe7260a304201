# What Debian wants to find in a package beside what is installed: run by cpack, in the tree that is about to be packed.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(documents "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share/doc/${CPACK_DEBIAN_PACKAGE_NAME}")

# Its licences: MIT as a whole; the other one is part of each Debian system.
file(READ "${CPACK_RESOURCE_FILE_LICENSE}" mit)
string(REGEX MATCH "Copyright \\(c\\) ([^\n]*)" holders "${mit}")
set(holders "${CMAKE_MATCH_1}")
string(FIND "${mit}" "Permission is hereby" begin)
string(SUBSTRING "${mit}" ${begin} -1 mit)
string(STRIP "${mit}" mit)
string(REPLACE "\n\n" "\n.\n" mit "${mit}")
string(REPLACE "\n" "\n " mit "${mit}")
file(WRITE "${documents}/copyright"
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: weft

Files: *
Copyright: ${holders}
License: MIT or Apache-2.0

License: MIT
 ${mit}

License: Apache-2.0
 On Debian systems its text is in /usr/share/common-licenses/Apache-2.0.
")

# Its changes, by version and date; SOURCE_DATE_EPOCH sets the latter for builds that are to be the same again.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE "${documents}/changelog"
"${CPACK_DEBIAN_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * As released: docs/changelog.md in the sources tells what is new.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
execute_process(COMMAND gzip -9nf "${documents}/changelog" COMMAND_ERROR_IS_FATAL ANY)
