package osv

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/inventory"
	"github.com/google/osv-scalibr/plugin"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv/locks"
)

// swiftExtractor reads a Package.resolved. OSV names packages of Swift by the addresses of
// their repositories; osv-scalibr's extractor names them as CocoaPods does.
type swiftExtractor struct{}

func newSwiftExtractor(*cpb.PluginConfig) (filesystem.Extractor, error) {
	return swiftExtractor{}, nil
}

// Name implements plugin.Plugin.
func (swiftExtractor) Name() string { return "swift/resolved" }

// Version implements plugin.Plugin.
func (swiftExtractor) Version() int { return 0 }

// Requirements implements plugin.Plugin.
func (swiftExtractor) Requirements() *plugin.Capabilities { return &plugin.Capabilities{} }

// FileRequired implements filesystem.Extractor.
func (swiftExtractor) FileRequired(api filesystem.FileAPI) bool {
	return path.Base(api.Path()) == "Package.resolved"
}

// swiftPin is one package. Version 1 of the format has other names.
type swiftPin struct {
	Identity string `json:"identity"`
	Kind     string `json:"kind"`
	Location string `json:"location"`
	State    struct {
		Version string `json:"version"`
	} `json:"state"`

	Package       string `json:"package"`
	RepositoryURL string `json:"repositoryURL"`
}

// Extract implements filesystem.Extractor. A pin on a branch or commit has no version.
func (swiftExtractor) Extract(_ context.Context, input *filesystem.ScanInput) (inventory.Inventory, error) {
	var file struct {
		Pins   []swiftPin `json:"pins"`
		Object struct {
			Pins []swiftPin `json:"pins"`
		} `json:"object"`
		Version int `json:"version"`
	}
	if err := json.NewDecoder(input.Reader).Decode(&file); err != nil {
		return inventory.Inventory{}, fmt.Errorf("could not extract: %w", err)
	}
	if file.Version < 1 || file.Version > 3 {
		return inventory.Inventory{}, fmt.Errorf("could not extract: its format is of version %d, which has no reader", file.Version)
	}
	var found inventory.Inventory
	for _, pin := range append(file.Pins, file.Object.Pins...) {
		address := pin.Location + pin.RepositoryURL
		name := pin.Identity + pin.Package
		switch {
		case strings.HasPrefix(pin.Kind, "local"), strings.HasPrefix(address, "/"), strings.HasPrefix(address, "."), strings.HasPrefix(address, "file:"):
			continue // a folder beside the project
		case address != "":
			name = observation.SwiftName(address)
		}
		found.Packages = append(found.Packages, &extractor.Package{
			Name: name, Version: pin.State.Version, Locations: []string{input.Path}, Metadata: locks.Stated{Ecosystem: swiftEcosystem},
		})
	}
	return found, nil
}

const swiftEcosystem = "SwiftURL"
