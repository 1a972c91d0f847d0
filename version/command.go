// SPDX-License-Identifier: Apache-2.0

package version

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"
)

// GetRemoteVersionFunc asks the servers for their versions. What it returns beside an
// error is printed, too.
type GetRemoteVersionFunc func() (*MeshInfo, error)

// GetProxyVersionFunc asks for the versions of the proxies. What it returns beside an error
// is printed, too.
type GetProxyVersionFunc func() (*[]ProxyInfo, error)

// CobraOptions says who else the command asks.
type CobraOptions struct {
	// GetRemoteVersion asks the servers. Without it there is no flag --remote.
	GetRemoteVersion GetRemoteVersionFunc
	// GetProxyVersions asks for the proxies; nil if there are none. It is called with
	// --remote only.
	GetProxyVersions GetProxyVersionFunc
}

// CobraCommand returns the command "version", which prints [Info].
func CobraCommand() *cobra.Command { return CobraCommandWithOptions(CobraOptions{}) }

// CobraCommandWithOptions returns the command "version", which prints [Info] and, with
// --remote, what the functions of the options return. --short prints names of versions
// only, --output is "yaml" or "json". If a function returns an error the command prints
// what there is, and returns the error.
func CobraCommandWithOptions(options CobraOptions) *cobra.Command {
	var short, remote bool
	var output string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, err := writer(output, short)
			if err != nil {
				return err
			}
			v := Version{ClientVersion: &Info}
			var unanswered error
			if remote {
				unanswered = v.ask(options)
			}
			if err := write(cmd.OutOrStdout(), &v); err != nil {
				return fmt.Errorf("print the version: %w", err)
			}
			cmd.SilenceUsage = true // the command line is not what is wrong
			return unanswered
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&short, "short", "s", false, "Print names of versions only")
	flags.StringVarP(&output, "output", "o", "", "Print as 'yaml' or 'json'")
	if options.GetRemoteVersion != nil {
		flags.BoolVar(&remote, "remote", false, "Print also the versions of the servers that this program talks to")
	}
	return cmd
}

// ask fills in what the functions return.
func (v *Version) ask(options CobraOptions) error {
	var errs []error
	mesh, err := options.GetRemoteVersion()
	if err != nil {
		errs = append(errs, fmt.Errorf("version of the control plane: %w", err))
	}
	v.MeshVersion = mesh
	if options.GetProxyVersions != nil {
		proxies, err := options.GetProxyVersions()
		if err != nil {
			errs = append(errs, fmt.Errorf("version of the data plane: %w", err))
		}
		v.DataPlaneVersion = proxies
	}
	return errors.Join(errs...)
}

// writer returns what prints in the form that the flags ask for.
func writer(output string, short bool) (func(io.Writer, *Version) error, error) {
	switch {
	case output == "yaml":
		return writeYAML, nil
	case output == "json":
		return writeJSON, nil
	case output != "":
		return nil, errors.New("--output must be 'yaml' or 'json'")
	case short:
		return writeShort, nil
	default:
		return writeLong, nil
	}
}

func writeYAML(w io.Writer, v *Version) error {
	text, err := yaml.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text)) // with an empty line at the end
	return err
}

func writeJSON(w io.Writer, v *Version) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(text))
	return err
}

func writeLong(w io.Writer, v *Version) error {
	var b strings.Builder
	fmt.Fprintf(&b, "client version: %s\n", v.ClientVersion.LongForm())
	for _, server := range v.servers() {
		fmt.Fprintf(&b, "%s version: %s\n", server.Component, server.Info.LongForm())
	}
	if v.DataPlaneVersion != nil {
		for _, proxy := range *v.DataPlaneVersion {
			fmt.Fprintf(&b, "data plane version: %#v\n", proxy)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeShort(w io.Writer, v *Version) error {
	var b strings.Builder
	fmt.Fprintf(&b, "client version: %s\n", v.ClientVersion.Version)
	servers := v.servers()
	other := func(s ServerInfo) bool { return s.Info.Version != servers[0].Info.Version }
	switch {
	case len(servers) == 0:
	case !slices.ContainsFunc(servers, other):
		fmt.Fprintf(&b, "control plane version: %s\n", servers[0].Info.Version)
	default:
		for _, server := range servers {
			fmt.Fprintf(&b, "%s version: %s\n", server.Component, server.Info.Version)
		}
	}
	if v.DataPlaneVersion != nil {
		fmt.Fprintf(&b, "data plane version: %s\n", counted(*v.DataPlaneVersion))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// servers returns the servers that are known.
func (v *Version) servers() MeshInfo {
	if v.MeshVersion == nil {
		return nil
	}
	return *v.MeshVersion
}

// counted says how many proxies have which version.
func counted(proxies []ProxyInfo) string {
	if len(proxies) == 0 {
		return "none"
	}
	number := map[string]int{}
	for _, p := range proxies {
		number[p.IstioVersion]++
	}
	var parts []string
	for _, v := range slices.Sorted(maps.Keys(number)) {
		parts = append(parts, fmt.Sprintf("%s (%d proxies)", v, number[v]))
	}
	return strings.Join(parts, ", ")
}
