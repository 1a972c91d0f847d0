// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// every source is taken away in turn, from the first to the last, and the next
// one takes its place. The pod's account is where no test can put files.
func TestBuildClientCmd_asksOneSourceAfterTheOther(t *testing.T) {
	write := func(name string) string {
		file := filepath.Join(t.TempDir(), name)
		text := "{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c}}, {name: " + name +
			"-other, context: {cluster: " + name + "}}], clusters: [{name: c, cluster: {server: 'https://" + name +
			"'}}, {name: " + name + ", cluster: {server: 'https://" + name + "-other'}}]}"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	named, first, second, home := write("named"), write("first"), write("second"), write("home")
	before := clientcmd.RecommendedHomeFile
	t.Cleanup(func() { clientcmd.RecommendedHomeFile = before })

	listed := strings.Join([]string{"/no/such/file", first, second}, string(os.PathListSeparator))
	for _, tt := range []struct {
		name, file, env string
		inPod           bool
		home, context   string
		want            string // empty for an error
	}{
		{"all", named, listed, true, home, "", "https://named"},
		{"all, other context", named, listed, true, home, "named-other", "https://named-other"},
		{"no file", "", listed, true, home, "", "https://first"},
		{"no file, other context", "", listed, true, home, "first-other", "https://first-other"},
		{"no file, context of the second", "", listed, true, home, "second-other", "https://second-other"},
		{"no environment", "", "", true, home, "", "https://pod"},
		{"no environment, other context", "", "", true, home, "home-other", "https://home-other"},
		{"no pod", "", "", false, home, "", "https://home"},
		{"no home", "", "", true, "/no/such/file", "", "https://pod"},
		{"nothing", "", "", false, "/no/such/file", "", ""},
		{"named file that is not there", "/no/such/file", listed, true, home, "", ""},
		{"no such context", named, listed, true, home, "first-other", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", tt.env)
			t.Setenv("KUBERNETES_SERVICE_HOST", "")
			clientcmd.RecommendedHomeFile = tt.home
			loader := BuildClientCmd(tt.file, tt.context)
			if p, ok := loader.(podFirst); ok {
				p.inPod = func() (*rest.Config, error) {
					if !tt.inPod {
						return nil, rest.ErrNotInCluster
					}
					return &rest.Config{Host: "https://pod"}, nil
				}
				loader = p
			}
			config, err := loader.ClientConfig()
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("config leads to %s, want an error", config.Host)
			case tt.want != "" && err != nil:
				t.Error(err)
			case tt.want != "" && config.Host != tt.want:
				t.Errorf("config leads to %s, want %s", config.Host, tt.want)
			}
		})
	}
}
