# CPack runs this with the files of a package installed: compresses the man pages, and adds what only a package has.
set(root ${CPACK_TEMPORARY_DIRECTORY})
set(package ${CPACK_SCIM_SYNC_SOURCE}/scripts/package)
set(doc ${root}/usr/share/doc/pw-activate-scim-sync)

file(GLOB pages ${root}/usr/share/man/man*/*.[1-9])
execute_process(COMMAND gzip -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)

# Not file(INSTALL), which would obey the DESTDIR of CPack a second time.
file(COPY ${package}/settings.env DESTINATION ${root}/etc/pw-activate-scim-sync FILE_PERMISSIONS OWNER_READ OWNER_WRITE)
file(COPY ${package}/crontab DESTINATION ${doc}/examples FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
configure_file(${package}/lintian-overrides ${root}/usr/share/lintian/overrides/pw-activate-scim-sync COPYONLY)

# Debian's form of the changelog; the changes are in CHANGELOG.md.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/changelog "pw-activate-scim-sync (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  ${date}\n")
execute_process(COMMAND gzip -9n ${doc}/changelog COMMAND_ERROR_IS_FATAL ANY)
