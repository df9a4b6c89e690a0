package scorecard

import (
	"path"
	"strings"

	"github.com/midspan/midspan/internal/gitrepo"
)

// Wants implements scanners.Scanner. The library would open every file: to see
// whether its first bytes are a program's or name a shell, and whether its
// source uses a fuzzer. Here the files whose names say that they are none of
// the first two are left unread, and sources are searched for a fuzzer only
// where the mirror holds them.
func (*Scanner) Wants(file gitrepo.File) gitrepo.Want { return wants(file.Path) }

func wants(name string) gitrepo.Want {
	extension := strings.ToLower(path.Ext(name))
	switch {
	case readsWhole(name):
		return gitrepo.Needed
	case fuzzLiterals[extension] != nil, name == gitlabPipeline:
		return gitrepo.IfThere
	case inertByName(name, extension):
		return gitrepo.Unwanted
	}
	return gitrepo.Needed
}

// readsWhole names the files of which a check reads more than the first bytes.
// Those with a "#!" line are known only once they are read.
func readsWhole(name string) bool {
	name = strings.ToLower(name)
	base := path.Base(name)
	switch path.Ext(base) {
	case ".sh", ".bash", ".mksh", ".csproj", ".props":
		return true
	}
	return strings.HasPrefix(name, ".github/workflows/") || strings.Contains(base, "dockerfile") ||
		strings.HasPrefix(base, "security.") || base == "pom.xml"
}

// inertByName reports by its name a file that holds text, source in a language that
// no check reads, media, data, a drawing, a trained model or an archive:
// neither a compiled program nor a shell script nor a recipe, and none of the
// packed formats that Binary-Artifacts counts as programs (jar, whl, …). These
// are nine tenths of the bytes of most repositories, and the files that mirrors
// lack. The checks that open every file judge them by their names, and their measures
// count them.
func inertByName(name, extension string) bool {
	if extension == strings.ToLower(path.Base(name)) {
		return false // .profile is all name
	}
	switch extension {
	// text and settings
	case ".md", ".mdx", ".rst", ".adoc", ".txt", ".tex", ".log", ".po", ".pot", ".properties", ".ini", ".toml",
		".json", ".json5", ".jsonl", ".ndjson", ".geojson", ".jsonld", ".map", ".yml", ".yaml", ".xml", ".xsd", ".xsl", ".xslt", ".dtd",
		".csv", ".tsv", ".sql", ".lock", ".sum", ".mod", ".snap", ".feature", ".resx", ".strings", ".plist", ".ttl", ".owl", ".rdf", ".bru":
		return true
	// sources that no check reads
	case ".php", ".phpt", ".inc", ".rb", ".erb", ".haml", ".slim", ".rake", ".vue", ".svelte", ".mjs", ".cjs", ".mts", ".cts",
		".css", ".scss", ".sass", ".less", ".html", ".htm", ".xhtml", ".jsp", ".twig", ".hbs", ".ejs", ".jinja", ".zul",
		".kt", ".kts", ".scala", ".groovy", ".gradle", ".clj", ".dart", ".elm", ".r", ".rmd", ".jl", ".lua", ".h", ".hpp", ".m", ".mm",
		".gql", ".graphql", ".proto", ".ipynb", ".sol", ".tf", ".cshtml", ".razor", ".vb", ".aspx":
		return true
	// pictures, sound, type, documents
	case ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".ico", ".svg", ".psd", ".avif",
		".mp3", ".mp4", ".m4a", ".m4v", ".wav", ".ogg", ".webm", ".mov", ".avi", ".mkv",
		".ttf", ".otf", ".woff", ".woff2", ".eot",
		".pdf", ".epub", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp",
		".ai", ".eps", ".sketch", ".fig", ".xd", ".indd", ".vsdx", ".vpp", ".blend", ".fbx", ".glb", ".stl":
		return true
	// data, models, archives
	case ".parquet", ".feather", ".arrow", ".sqlite", ".sqlite3", ".rds", ".rda", ".rdata", ".npy", ".npz", ".mat", ".sav", ".dta",
		".nc", ".grib", ".shp", ".dbf", ".gpkg", ".mbtiles", ".kml", ".kmz", ".las", ".laz", ".bson",
		".pt", ".pth", ".onnx", ".h5", ".hdf5", ".ckpt", ".safetensors", ".tflite", ".pkl", ".joblib",
		".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar", ".tar":
		return true
	}
	return false
}
