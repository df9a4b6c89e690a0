package osv_test

import (
	"strings"
	"testing"
)

func TestCopiesOfOtherProjectsThatNoLockfileListsAreCountedAndSaid(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string // part of the note; empty where there is none
	}{
		"libraries in C":              {map[string]string{"third_party/zlib/inflate.c": "x", "third_party/zlib/zlib.h": "x", "third_party/png/png.c": "x"}, "2 files and folders in the folder third_party"},
		"a script among the assets":   {map[string]string{"app/assets/vendor/jquery.js": "x"}, "1 file or folder in the folder app/assets/vendor"},
		"several folders":             {map[string]string{"3rdparty/a.jar": "x", "web/static/Vendor/b/b.js": "x"}, "2 files and folders in 2 folders, the first 3rdparty"},
		"Go's, listed in go.mod":      {map[string]string{"vendor/modules.txt": "# example.org/a v1.0.0\n", "vendor/example.org/a/a.go": "package a\n", "go.mod": "module m\n\ngo 1.24.0\n"}, ""},
		"Go's, without a go.mod":      {map[string]string{"vendor/example.org/a/a.go": "package a\n"}, "1 file or folder"},
		"Composer's with its lock":    {map[string]string{"vendor/autoload.php": "<?php", "vendor/a/b/c.php": "<?php", "composer.lock": `{"packages":[]}`}, ""},
		"Composer's without its lock": {map[string]string{"vendor/autoload.php": "<?php", "vendor/a/b/c.php": "<?php"}, "2 files and folders"},
		"crates with their lock":      {map[string]string{"vendor/a/.cargo-checksum.json": "{}", "vendor/a/src/lib.rs": "x", "Cargo.lock": "version = 3\n"}, ""},
		"no code":                     {map[string]string{"vendor/.keep": "", "vendor/notes.md": "x"}, ""},
		"input of tests":              {map[string]string{"testdata/vendor/a/a.c": "x"}, ""},
		"people who sell":             {map[string]string{"modules/vendor/routes.js": "x", "resources/views/vendor/mail.php": "x"}, ""},
		"a file of that name":         {map[string]string{"vendor": "x", "src/vendor.js": "x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var found []string
			for _, n := range scan(t, commit(t, c.files)).Notes {
				if strings.Contains(n.Message, "copies of other projects") {
					found = append(found, n.Message)
				}
			}
			if c.want == "" && len(found) > 0 || c.want != "" && (len(found) != 1 || !strings.Contains(found[0], c.want)) {
				t.Errorf("got %q, want %q", found, c.want)
			}
		})
	}
}
