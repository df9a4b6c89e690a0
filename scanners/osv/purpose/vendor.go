package purpose

import (
	"slices"
	"strings"
)

// vendorFolders are the names, in lower case, of folders for copies of other projects'
// code. They are such at the top and in the folders of vendorParents: elsewhere "vendor"
// may be about people who sell, and "third_party" hold a project's own code for services.
var vendorFolders = []string{
	"vendor", "vendored", "third_party", "third-party", "thirdparty", "third_parties",
	"3rdparty", "3rd_party", "3rd-party", "bower_components",
}

var vendorParents = []string{
	"assets", "dist", "cpp", "deps", "external", "js", "javascripts", "lib", "libs",
	"media", "public", "scripts", "src", "static", "www",
}

// CutVendorFolder cuts a path behind its first folder for copies.
func CutVendorFolder(name string) (folder, inside string, ok bool) {
	for at, above := 0, ""; ; {
		end := strings.IndexByte(name[at:], '/')
		if end < 0 {
			return "", "", false
		}
		part := strings.ToLower(name[at : at+end])
		at += end + 1
		switch {
		case part == "node_modules", groupOfFolder[part] != "" && groupOfFolder[part] != vendorGroup:
			return "", "", false
		case slices.Contains(vendorFolders, part) && (above == "" || slices.Contains(vendorParents, above)):
			return name[:at-1], name[at:], true
		}
		above = part
	}
}
