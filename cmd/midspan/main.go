package main

import (
	_ "github.com/google/licensecheck"
	_ "github.com/google/osv-scalibr"
	_ "github.com/google/osv-scanner/v2/pkg/osvscanner"
	_ "github.com/hashicorp/go-retryablehttp"
	_ "github.com/italia/publiccode-parser-go/v5"
	_ "github.com/jmoiron/sqlx"
	_ "github.com/ossf/scorecard/v5/pkg/scorecard"
	_ "github.com/package-url/packageurl-go"
	_ "github.com/pandatix/go-cvss/31"
	_ "github.com/pressly/goose/v3"
	_ "github.com/santhosh-tekuri/jsonschema/v6"
	_ "github.com/spf13/cobra"
	_ "github.com/spf13/viper"
	_ "github.com/vbauerster/mpb/v8"
	_ "modernc.org/sqlite"
)

func main() {}
