package imports_test

import (
	"errors"
	"testing"

	"github.com/midspan/midspan/scanners/osv/imports"
	"github.com/midspan/midspan/scanners/osv/manifest"
)

func languageOf(family string) manifest.Language {
	for _, language := range manifest.Languages() {
		if language.Family == family {
			return language
		}
	}
	return manifest.Language{}
}

// Each line is one source of a language, and the first stranger that it asks for. Add a line
// for each form that is missing.
func TestTheFirstStrangerIsFound(t *testing.T) {
	for _, c := range []struct{ family, file, text, want string }{
		{manifest.FamilyPython, "a.py", "import os, sys, flask as f\n", "flask"},
		{manifest.FamilyPython, "a.py", "import os.path as p, json\n", ""},
		{manifest.FamilyPython, "a.py", "\"\"\"\nimport flask\nfrom here import there\n\"\"\"\nimport os\n", ""},
		{manifest.FamilyPython, "a.py", "from django.db import models\n", "django"},
		{manifest.FamilyPython, "a.py", "from the beginning on\n", ""},
		{manifest.FamilyPython, "a.ipynb", `{"cells":[{"cell_type":"code","source":"import os\nimport pandas"}]}`, "pandas"},
		{manifest.FamilyPython, "a.ipynb", `{"worksheets":[{"cells":[{"cell_type":"code","input":["import numpy"]}]}]}`, "numpy"},
		{manifest.FamilyPython, "a.ipynb", `{"cells":[{"cell_type":"markdown","source":["import pandas\n"]}]}`, ""},
		{manifest.FamilyJavaScript, "a.js", "// import x from 'react';\nimport fs from 'fs';\n", ""},
		{manifest.FamilyJavaScript, "a.js", "import '@/own';\nconst x = await import('lodash');\n", "lodash"},
		{manifest.FamilyJVM, "a.java", "import javax.swing.JFrame;\nimport javax.servlet.Filter;\n", "javax.servlet.Filter"},
		{manifest.FamilyJVM, "a.java", "package com.github.me.x;\nimport com.github.you.y.Z;\n", "com.github.you.y.Z"},
		{manifest.FamilyJVM, "a.java", "package com.github.me.x;\nimport com.github.me.y.Z;\n", ""},
		{manifest.FamilyJVM, "a.clj", "(ns x.core\n  (:require [clojure.string :as s]\n            [cheshire.core :as json]))\n", "cheshire.core"},
		{manifest.FamilyHaskell, "A.hs", "import Data.Text (Text)\nimport Data.Aeson\n", "Data.Aeson"},
		{manifest.FamilyHaskell, "A.hs", "import Control.Monad.State\nimport qualified Data.Map.Strict as M\n", ""},
		{manifest.FamilyBEAM, "a.ex", "defmodule X do\n  def y, do: Jason.decode!(\"1\")\nend\n", "Jason"},
		{manifest.FamilyBEAM, "a.ex", "defmodule X.MyPart do\n  alias X.Repo\n  def y, do: Enum.map([], &MyPart.z/1)\nend\n", ""},
		{manifest.FamilyC, "a.c", "#include \"curl/curl.h\"\n", "curl/curl.h"},
		{manifest.FamilyRust, "a.rs", "use std::fs;\nuse crate::x;\npub(crate) use serde_json::Value;\n", "serde_json"},
		{manifest.FamilyNim, "a.nim", "import std/strutils, os\nimport jester\n", "jester"},
		{manifest.FamilyD, "a.d", "import std.stdio;\nimport vibe.d;\n", "vibe.d"},
		{manifest.FamilyOCaml, "a.ml", "open Printf\nopen Lwt\n", "Lwt"},
	} {
		search := imports.Search{Language: languageOf(c.family), Sources: []string{c.file}, Files: []string{c.file}, Declared: true,
			Read: func(string) ([]byte, error) { return []byte(c.text), nil }}
		if _, name, asks := search.Stranger(); name != c.want || asks != (c.want != "") {
			t.Errorf("%q asks for %q (%v), want %q", c.text, name, asks, c.want)
		}
	}
}

// A source that nobody can read may ask for anything.
func TestASourceThatCannotBeReadAsks(t *testing.T) {
	search := imports.Search{Language: languageOf(manifest.FamilyPython), Sources: []string{"a.py"}, Files: []string{"a.py"}, Declared: true,
		Read: func(string) ([]byte, error) { return nil, errors.New("gone") }}
	if file, _, asks := search.Stranger(); !asks || file != "a.py" {
		t.Errorf("got %s, %v", file, asks)
	}
}

func FuzzStranger(f *testing.F) {
	f.Add("a.ipynb", `{"cells":[{"source":["import x"]}]}`)
	f.Add("a.py", "import a, b as c\n'''")
	f.Add("a.hs", "import qualified \"x\" A.B")
	f.Fuzz(func(t *testing.T, file, text string) {
		for _, language := range manifest.Languages() {
			search := imports.Search{Language: language, Sources: []string{file}, Files: []string{file}, Declared: true,
				Read: func(string) ([]byte, error) { return []byte(text), nil }}
			if _, name, asks := search.Stranger(); name != "" && !asks {
				t.Errorf("%q is named and not asked for", name)
			}
		}
	})
}
