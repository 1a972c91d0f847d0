// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/krtkit/krtkit/kube"
)

// kubeconfig writes a file whose context of each name leads to https://<name>. The
// first is current.
func kubeconfig(t *testing.T, names ...string) string {
	t.Helper()
	var clusters, contexts strings.Builder
	for _, n := range names {
		fmt.Fprintf(&clusters, "- name: %s\n  cluster: {server: 'https://%s'}\n", n, n)
		fmt.Fprintf(&contexts, "- name: %s\n  context: {cluster: %s}\n", n, n)
	}
	file := filepath.Join(t.TempDir(), "config")
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: %s\nclusters:\n%scontexts:\n%s", names[0], &clusters, &contexts)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestBuildClientConfig_looksInOrder(t *testing.T) {
	named, first, second := kubeconfig(t, "named", "other"), kubeconfig(t, "first"), kubeconfig(t, "second")
	listed := strings.Join([]string{"/no/such/file", first, second}, string(os.PathListSeparator))
	for _, tt := range []struct {
		name, file, context, env, want string
	}{
		{"named file", named, "", listed, "https://named"},
		{"named context", named, "other", listed, "https://other"},
		{"environment", "", "", listed, "https://first"},
		{"context of a later file", "", "second", listed, "https://second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", tt.env)
			config, err := kube.BuildClientConfig(tt.file, tt.context)
			if err != nil {
				t.Fatal(err)
			}
			if config.Host != tt.want {
				t.Errorf("config leads to %s, want %s", config.Host, tt.want)
			}
		})
	}
}

func TestBuildClientConfig_saysWhatItCouldNotLoad(t *testing.T) {
	t.Setenv("KUBECONFIG", "/no/such/file")
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	for _, tt := range []struct{ name, file, context, want string }{
		{"no file", "/no/such/config", "", "/no/such/config"},
		{"no context", kubeconfig(t, "a"), "b", `context "b"`},
		{"nothing at all", "", "", "no configuration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := kube.BuildClientConfig(tt.file, tt.context)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("BuildClientConfig returned %v, want an error about %s", err, tt.want)
			}
		})
	}
}

// A pod without a token is no reason to give up before the home directory was looked
// at; if that has nothing either, both are said.
func TestBuildClientConfig_saysWhyThePodsAccountWasNotUsed(t *testing.T) {
	t.Setenv("KUBECONFIG", "")
	t.Setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
	t.Setenv("KUBERNETES_SERVICE_PORT", "443")
	home := clientcmd.RecommendedHomeFile
	t.Cleanup(func() { clientcmd.RecommendedHomeFile = home })
	clientcmd.RecommendedHomeFile = filepath.Join(t.TempDir(), "config") // there is none
	_, err := kube.BuildClientConfig("", "")
	if err == nil || !strings.Contains(err.Error(), "no configuration") || !strings.Contains(err.Error(), "serviceaccount/token") {
		t.Errorf("BuildClientConfig returned %v, want both reasons", err)
	}
}

func TestNewClient_loadsWhatTheLoaderFinds(t *testing.T) {
	client, err := kube.NewClient(kube.BuildClientCmd(kubeconfig(t, "a"), ""), "east")
	if err != nil {
		t.Fatal(err)
	}
	if client.ClusterID() != "east" || client.RESTConfig().Host != "https://a" {
		t.Errorf("client of cluster %q leads to %s", client.ClusterID(), client.RESTConfig().Host)
	}
	broken := kube.BuildClientCmd(kubeconfig(t, "a"), "", func(o *clientcmd.ConfigOverrides) { o.CurrentContext = "b" })
	if _, err := kube.NewClient(broken, "west"); err == nil || !strings.Contains(err.Error(), `cluster "west"`) {
		t.Errorf("NewClient returned %v, want an error about the cluster", err)
	}
}

func TestSetRestDefaults_fillsOnlyWhatIsMissingAndOnlyOnce(t *testing.T) {
	config := kube.SetRestDefaults(&rest.Config{})
	if config.GroupVersion.String() != "v1" || config.APIPath != "/api" || config.ContentType != "application/json" ||
		config.AcceptContentTypes != "application/vnd.kubernetes.protobuf,application/json" ||
		config.NegotiatedSerializer == nil || config.UserAgent == "" || config.QPS != 0 {
		t.Errorf("defaults are %v", config)
	}
	again := kube.SetRestDefaults(rest.CopyConfig(config))
	if diff := cmp.Diff(config.String(), again.String()); diff != "" {
		t.Errorf("the second time changed something (-first +second):\n%s", diff)
	}
	own := kube.SetRestDefaults(&rest.Config{UserAgent: "me", ContentConfig: rest.ContentConfig{AcceptContentTypes: "application/json"}})
	if own.UserAgent != "me" || own.AcceptContentTypes != "application/json" {
		t.Errorf("settings were overwritten: %v", own)
	}
}

func TestDefaultRestConfig_letsTheCallerHaveTheLastWord(t *testing.T) {
	config, err := kube.DefaultRestConfig(kubeconfig(t, "a"), "", func(c *rest.Config) { c.UserAgent = "mine" })
	if err != nil || config.UserAgent != "mine" {
		t.Errorf("DefaultRestConfig = %v, %v", config, err)
	}
}

func TestInClusterConfig_outsideOfAClusterIsAnError(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	if _, err := kube.InClusterConfig(); err == nil || !strings.Contains(err.Error(), "service account") {
		t.Errorf("InClusterConfig returned %v", err)
	}
}
