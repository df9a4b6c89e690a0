package scorecard

import (
	"bytes"
	"path"
	"strings"
)

// fuzzLiterals holds, by the extension of a source file, texts of which at
// least one is in any file that Scorecard's Fuzzing check would take as
// using a fuzzer. The check compiles a pattern for each source file and tries
// it line by line, which is the dearest part of Scorecard by far; it need not
// see a file without such a text. A test feeds it each language.
var fuzzLiterals = map[string][][]byte{
	".go":    literals("Fuzz"),
	".erl":   literals("include_lib"),
	".hrl":   literals("include_lib"),
	".hs":    literals("QuickCheck", "Hedgehog", "Validity", "SmallCheck"),
	".lhs":   literals("QuickCheck", "Hedgehog", "Validity", "SmallCheck"),
	".ex":    literals("PropCheck", "ExUnitProperties"),
	".exs":   literals("PropCheck", "ExUnitProperties"),
	".gleam": literals("qcheck"),
	".js":    literals("fast-check"),
	".jsx":   literals("fast-check"),
	".ts":    literals("fast-check"),
	".tsx":   literals("fast-check"),
	".py":    literals("import atheris"),
	".c":     literals("LLVMFuzzerTestOneInput"),
	".cc":    literals("LLVMFuzzerTestOneInput"),
	".cpp":   literals("LLVMFuzzerTestOneInput"),
	".swift": literals("LLVMFuzzerTestOneInput"),
	".rs":    literals("libfuzzer_sys"),
	".java":  literals("FuzzedDataProvider;"),
	".cs":    literals("FsCheck"),
	".fs":    literals("FsCheck"),
}

func literals(list ...string) [][]byte {
	literals := make([][]byte, len(list))
	for i, text := range list {
		literals[i] = []byte(text)
	}
	return literals
}

// mentionsFuzzer reports whether a source file of one of the extensions holds a
// text that a file with a fuzzer needs.
func mentionsFuzzer(data []byte, extensions []string) bool {
	for _, extension := range extensions {
		for _, literal := range fuzzLiterals[extension] {
			if bytes.Contains(data, literal) {
				return true
			}
		}
	}
	return false
}

// fuzzCandidates lists the files that the Fuzzing check has to see: those with
// a trace of a fuzzer, those that could not be searched, and the one file that
// it knows by name.
func (t *tree) fuzzCandidates() []string {
	var candidates []string
	for _, name := range t.paths {
		if t.mayFuzz(name) {
			candidates = append(candidates, name)
		}
	}
	return candidates
}

func (t *tree) mayFuzz(name string) bool {
	if name == ".clusterfuzzlite/Dockerfile" {
		return true
	}
	if _, source := fuzzLiterals[strings.ToLower(path.Ext(name))]; !source {
		return false
	}
	file := t.byPath[name]
	return file.err != nil || t.blobs[file.oid].mayFuzz
}
