package osv

import (
	"context"
	"fmt"
	"sync"

	cpb "github.com/google/osv-scalibr/binary/proto/config_go_proto"
	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/cpp/conanlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dart/pubspec"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/depsjson"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/packagesconfig"
	"github.com/google/osv-scalibr/extractor/filesystem/language/dotnet/packageslockjson"
	"github.com/google/osv-scalibr/extractor/filesystem/language/erlang/mixlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/golang/gomod"
	"github.com/google/osv-scalibr/extractor/filesystem/language/haskell/cabal"
	"github.com/google/osv-scalibr/extractor/filesystem/language/haskell/stacklock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/gradlelockfile"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/gradleverificationmetadataxml"
	"github.com/google/osv-scalibr/extractor/filesystem/language/java/pomxml"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/bunlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/packagelockjson"
	"github.com/google/osv-scalibr/extractor/filesystem/language/javascript/yarnlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/php/composerlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/pdmlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/pipfilelock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/poetrylock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/pylock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/python/uvlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/r/renvlock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/ruby/gemfilelock"
	"github.com/google/osv-scalibr/extractor/filesystem/language/rust/cargolock"
	"github.com/google/osv-scalibr/extractor/filesystem/os/apk"
	"github.com/google/osv-scalibr/extractor/filesystem/os/dpkg"
	"github.com/google/osv-scalibr/extractor/filesystem/sbom/cdx"
	"github.com/google/osv-scalibr/extractor/filesystem/sbom/spdx"
	"github.com/google/osv-scalibr/inventory"

	"github.com/midspan/midspan/scanners/osv/locks"
	"github.com/midspan/midspan/scanners/osv/requirements"
	"github.com/midspan/midspan/scanners/osv/texts"
)

// constructors are the extractors that osv-scanner v2.3.3 runs on a source
// tree by default when it is offline, but for the one that reads its own
// output and for those of Midspan, in the place of theirs or beside them. Each reads
// manifests only: none runs, fetches or writes anything.
func constructors() []func(*cpb.PluginConfig) (filesystem.Extractor, error) {
	return []func(*cpb.PluginConfig) (filesystem.Extractor, error){
		conanlock.New,                     // C and C++
		pubspec.New,                       // Dart
		depsjson.New,                      // .NET
		packagesconfig.New,                // .NET
		packageslockjson.New,              // .NET
		newDotnetExtractor,                // .NET
		mixlock.New,                       // Erlang and Elixir
		gomod.New,                         // Go
		cabal.New,                         // Haskell
		stacklock.New,                     // Haskell
		gradlelockfile.New,                // Java
		gradleverificationmetadataxml.New, // Java
		pomxml.New,                        // Java
		bunlock.New,                       // JavaScript
		packagelockjson.New,               // JavaScript
		locks.NewPnpm,                     // JavaScript
		yarnlock.New,                      // JavaScript
		composerlock.New,                  // PHP
		pdmlock.New,                       // Python
		pipfilelock.New,                   // Python
		poetrylock.New,                    // Python
		pylock.New,                        // Python
		requirements.New,                  // Python
		uvlock.New,                        // Python
		renvlock.New,                      // R
		gemfilelock.New,                   // Ruby
		cargolock.New,                     // Rust
		newSwiftExtractor,                 // Swift
		apk.New,                           // Alpine's package database
		dpkg.New,                          // Debian's package database
		cdx.New,                           // CycloneDX
		spdx.New,                          // SPDX
	}
}

func extractors() ([]filesystem.Extractor, error) {
	var list []filesystem.Extractor
	for _, create := range constructors() {
		extractor, err := create(&cpb.PluginConfig{})
		if err != nil {
			return nil, fmt.Errorf("prepare an extractor of osv-scalibr: %w", err)
		}
		list = append(list, extractor)
	}
	others, err := aliases()
	return append(list, others...), err
}

// panicGuard keeps a panic of an extractor to the file at which it happened.
type panicGuard struct {
	filesystem.Extractor
	panics    *panics
	hallmarks texts.Hallmarks
}

// panicError is what a panic becomes.
type panicError struct{ value any }

func (e panicError) Error() string { return fmt.Sprintf("the extractor panicked: %v", e.value) }

// panics remembers by path where an extractor panicked.
type panics struct {
	mutex  sync.Mutex
	byPath map[string]panicError
}

func (p *panics) add(path string, value any) panicError {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.byPath[path] = panicError{value}
	return panicError{value}
}

func (g panicGuard) FileRequired(api filesystem.FileAPI) (required bool) {
	defer func() {
		if r := recover(); r != nil {
			g.panics.add(api.Path(), r)
			required = false
		}
	}()
	return g.Extractor.FileRequired(api)
}

func (g panicGuard) Extract(ctx context.Context, input *filesystem.ScanInput) (found inventory.Inventory, err error) {
	defer func() {
		if r := recover(); r != nil {
			found, err = inventory.Inventory{}, g.panics.add(input.Path, r)
		}
	}()
	return g.extractText(ctx, input)
}
