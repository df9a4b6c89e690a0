package advisory

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// dependsOnToolchain reports Go's standard library as a go.mod names it: the lowest
// version that may build the program. The one that does is not in the repository.
func dependsOnToolchain(c observation.Coordinate) bool {
	return c.Ecosystem == "Go" && c.Name == "stdlib"
}

// toolchainRemark follows the summary of such a finding.
const toolchainRemark = "depends on the toolchain that builds it: go.mod names the lowest"

// ComparedVersion is the version at which a package is held against advisories: its own,
// but for a go directive without a patch ("1.20"), which stands for every patch of that
// release. An advisory counts where it affects the last of them, as osv-scanner has it:
// .0 would give it every advisory that was fixed since.
func ComparedVersion(c observation.Coordinate) string {
	if !dependsOnToolchain(c) {
		return c.Version
	}
	major, minor, ok := strings.Cut(strings.TrimPrefix(c.Version, "v"), ".")
	if _, err := strconv.ParseUint(major, 10, 32); !ok || err != nil {
		return c.Version
	}
	digits := minor[:len(minor)-len(strings.TrimLeft(minor, "0123456789"))]
	if digits == "" || strings.HasPrefix(minor[len(digits):], ".") {
		return c.Version
	}
	return fmt.Sprintf("%s.%s.99", major, digits)
}
