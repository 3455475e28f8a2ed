# Packages, by `cmake --build --preset release --target package`: a Debian package, an archive, and their checksums.
set(package_folder ${CMAKE_CURRENT_LIST_DIR})

set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS ${package_folder}/stage.cmake)  # files that only a package has
set(CPACK_SCIM_SYNC_SOURCE ${CMAKE_SOURCE_DIR})             # for stage.cmake
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "keep CoreWeave's SCIM service in sync with Parallel Works ACTIVATE")
set(CPACK_PACKAGE_DESCRIPTION
    "Users, groups and SSH public keys of an ACTIVATE organization are provisioned\ninto CoreWeave by SCIM 2.0. Each change can be seen, limited, approved and\nundone.\n.\nThe package has a timer for systemd, which is not enabled by the installation.")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "pw-activate-scim-sync maintainers <root@localhost>")
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, curl, jq")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus-node-exporter")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package_folder}/conffiles ${package_folder}/postinst ${package_folder}/prerm ${package_folder}/postrm)
include(CPack)
