package osv

import (
	"io/fs"

	"github.com/midspan/midspan/internal/observation"
)

func relate(files fs.FS, packages []observation.Package) {}
