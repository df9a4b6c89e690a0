package main

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/catalog/sample"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/osvdb"
	"github.com/midspan/midspan/internal/policy"
)

// complete gives a flag the values that a shell offers. A flag that is not there is an
// error of the program, which its tests would show.
func complete(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, values); err != nil {
		cmd.PrintErrln("midspan: complete --"+flag+":", err)
	}
}

// completeFlags gives the flags of every command, and the names of goods and policies,
// their values. Nothing is fetched for them.
func completeFlags(root *cobra.Command) {
	fixed := func(values []string) cobra.CompletionFunc {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	complete(root, "only", completeGoods)
	complete(root, "policy", completePolicies)
	complete(root, "languages", listed(language.Tags()))
	complete(root, "ecosystems", listed(osvdb.Ecosystems()))
	complete(root, "archive", fixed(config.ArchiveChoices()))
	complete(root, "log-level", fixed(config.Levels()))
	complete(root, config.ExitZeroKey, fixed(config.ZeroCodes()))
	complete(root, "advisories", cobra.FixedCompletions([]string{"osv.dev"}, cobra.ShellCompDirectiveDefault))
	for _, flag := range []string{"store", "cache", "out"} {
		complete(root, flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		})
	}
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "sbom", "brief", "vex":
			cmd.ValidArgsFunction = completeGoods
		case "policy":
			cmd.ValidArgsFunction = completePolicies
			complete(cmd, "good", completeGoods)
		}
	}
}

// listed offers values for a flag that takes several, by commas: those that are not named
// yet, behind what is.
func listed(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		named := strings.Split(before, ",")
		var offered []string
		for _, value := range values {
			if !slices.Contains(named, value) {
				offered = append(offered, before+value)
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
}

// completePolicies offers the embedded policies, and files.
func completePolicies(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return policy.Presets(), cobra.ShellCompDirectiveDefault
}

// completeGoods offers the goods of the catalogs that the flags, the variables or the
// settings file name, as far as they lie on this machine, or those of the sample.
func completeGoods(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	search := config.Search{Folder: true}
	search.File, _ = cmd.Flags().GetString("config")
	cfg, err := config.Load(cmd.Flags(), search, time.Now())
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var ids []string
	for _, location := range cfg.Catalog {
		read, err := catalog.Load(cmd.Context(), location, nil)
		if err != nil {
			continue // at an address, or not there
		}
		for _, good := range read.Goods {
			ids = append(ids, good.ID+"\t"+good.Name)
		}
	}
	if len(cfg.Catalog) == 0 {
		goods, err := sample.Descriptions()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		for _, good := range sample.Catalog(goods).Goods {
			ids = append(ids, good.ID+"\t"+good.Name)
		}
	}
	slices.Sort(ids)
	return ids, cobra.ShellCompDirectiveNoFileComp
}
