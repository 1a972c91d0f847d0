// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube"
)

// untrusted returns a kubeconfig of one cluster and user, in YAML's flow style.
func untrusted(cluster, user string) []byte {
	return []byte(`apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: remote, user: somebody}}]
clusters: [{name: remote, cluster: {` + cluster + `}}]
users: [{name: somebody, user: {` + user + `}}]
`)
}

const remote = "server: 'https://remote.example.com'"

func TestNewUntrustedRestConfig_takesCredentialsThatStandInIt(t *testing.T) {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, tt := range []struct {
		name, user string
		want       rest.Config
	}{
		{"token", "token: secret", rest.Config{BearerToken: "secret"}},
		{"password", "username: u, password: p", rest.Config{Username: "u", Password: "p"}},
		{
			"certificate", "client-certificate-data: " + b64("cert") + ", client-key-data: " + b64("key"),
			rest.Config{TLSClientConfig: rest.TLSClientConfig{CertData: []byte("cert"), KeyData: []byte("key")}},
		},
		{
			"impersonation, without a uid", "token: t, as: u, as-uid: x, as-groups: [g], as-user-extra: {k: [v]}",
			rest.Config{BearerToken: "t", Impersonate: rest.ImpersonationConfig{
				UserName: "u", Groups: []string{"g"}, Extra: map[string][]string{"k": {"v"}},
			}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := kube.NewUntrustedRestConfig(untrusted(remote, tt.user))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Host = "https://remote.example.com"
			want := kube.SetRestDefaults(&tt.want)
			want.ContentConfig, got.ContentConfig = rest.ContentConfig{}, rest.ContentConfig{} // pointers
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("config mismatch (-want +got):\n%s", diff)
			}
			if got.BearerToken != tt.want.BearerToken || got.Password != tt.want.Password || string(got.KeyData) != string(tt.want.KeyData) {
				t.Error("credentials are others") // which String does not show
			}
		})
	}
	got, err := kube.NewUntrustedRestConfig(untrusted(remote, "auth-provider: {name: oidc, config: {k: v}}"))
	if err != nil || got.AuthProvider == nil || got.AuthProvider.Name != "oidc" || got.AuthConfigPersister != nil {
		t.Errorf("config is %v, %v; want oidc, which writes to no file", got, err)
	}
}

// files, programs and plugins need to be allowed, one by one.
func TestKubeconfigPolicy_decidesAboutUsers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	plugin := "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "
	for _, tt := range []struct {
		name, user, want string
		allow            kube.KubeconfigPolicy
	}{
		{"key", "client-certificate-data: YQ==, client-key: " + file, "client-key is not", kube.KubeconfigPolicy{Allow: []string{"clientKey"}}},
		{"certificate", "client-key-data: YQ==, client-certificate: " + file, "client-certificate is not", kube.KubeconfigPolicy{Allow: []string{"clientCertificate"}}},
		{"token", "tokenFile: " + file, "tokenFile is not", kube.KubeconfigPolicy{Allow: []string{"tokenFile"}}},
		{"token beside a token", "token: t, tokenFile: " + file, "tokenFile is not", kube.KubeconfigPolicy{Allow: []string{"tokenFile"}}},
		{"exec", plugin + "aws}", `exec of "aws" is not`, kube.KubeconfigPolicy{Allow: []string{"exec"}}},
		{"exec by path", plugin + "/bin/own}", `exec of "/bin/own" is not`, kube.KubeconfigPolicy{ExecCommands: []string{"/bin/own"}}},
		{"auth provider", "auth-provider: {name: gcp}", `auth-provider "gcp" is not`, kube.KubeconfigPolicy{Allow: []string{"gcp"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := kube.NewUntrustedRestConfig(untrusted(remote, tt.user))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), `user "somebody"`) {
				t.Errorf("without a word about it: %v, want that %s allowed to somebody", err, tt.want)
			}
			if _, err := tt.allow.RestConfig(untrusted(remote, tt.user)); err != nil {
				t.Errorf("although it is allowed: %v", err)
			}
			others := kube.KubeconfigPolicy{ExecCommands: []string{"aws", "/bin/other"}}
			for _, a := range []string{"clientKey", "clientCertificate", "tokenFile", "exec", "azure"} {
				if len(tt.allow.Allow) != 1 || tt.allow.Allow[0] != a {
					others.Allow = append(others.Allow, a)
				}
			}
			if tt.allow.ExecCommands != nil {
				others.Allow = nil
			}
			if _, err := others.RestConfig(untrusted(remote, tt.user)); err == nil {
				t.Error("allowed because other things are")
			}
		})
	}
}

// A command is not searched for: what is found depends on the machine.
func TestKubeconfigPolicy_allowsCommandsByAbsolutePathOnly(t *testing.T) {
	p := kube.KubeconfigPolicy{ExecCommands: []string{"aws", "./aws"}}
	for _, command := range []string{"aws", "./aws"} {
		user := "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: " + command + "}"
		if _, err := p.RestConfig(untrusted(remote, user)); err == nil {
			t.Errorf("%s is allowed", command)
		}
	}
}

// Users that the current context does not use can be used by an override of it.
func TestNewUntrustedRestConfig_looksAtAllUsersAndNamesThem(t *testing.T) {
	config := strings.Replace(string(untrusted(remote, "token: t")), "users: [", "users: [{name: eve, user: {tokenFile: /f}}, {name: mallory, user: {client-key: /k}}, ", 1)
	_, err := kube.NewUntrustedRestConfig([]byte(config))
	for _, want := range []string{`user "eve": tokenFile`, `user "mallory": client-key`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not mention %s", err, want)
		}
	}
}

func TestNewUntrustedRestConfig_refusesWhatIsNoKubeconfig(t *testing.T) {
	for _, tt := range []struct{ name, config, want string }{
		{"nothing", "", "kubeconfig is empty"},
		{"no YAML", "{", "parse kubeconfig"},
		{"no context", strings.Replace(string(untrusted(remote, "")), "current-context: c", "", 1), "kubeconfig"},
		{"unknown context", strings.Replace(string(untrusted(remote, "")), "current-context: c", "current-context: d", 1), "context: d"},
		{"no server", string(untrusted("", "token: secret")), "no server defined"},
		{"two ways in", string(untrusted(remote, "token: secret, username: u, password: secret")), "more than one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := kube.NewUntrustedRestConfig([]byte(tt.config))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("NewUntrustedRestConfig returned %v, want an error about %s", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("error %q has the credentials", err)
			}
		})
	}
}

func TestKubeconfigPolicy_decidesAboutClusters(t *testing.T) {
	strict := kube.KubeconfigPolicy{ForbidInsecureTLS: true, ForbidPlainHTTP: true, ForbidLinkLocal: true, ForbidCAFiles: true}
	for _, tt := range []struct{ name, cluster, want string }{
		{"ordinary", remote, ""},
		{"with a proxy", remote + ", proxy-url: 'http://10.1.2.3:3128'", ""},
		{"insecure", remote + ", insecure-skip-tls-verify: true", "insecure-skip-tls-verify"},
		{"http", "server: 'http://remote.example.com'", "https://"},
		{"no scheme", "server: remote.example.com", "https://"},
		{"no host", "server: 'https:remote'", "https://"},
		{"metadata server", "server: 'https://169.254.169.254/latest'", "link-local"},
		{"metadata server, in IPv6", "server: 'https://[::ffff:169.254.169.254]:443'", "link-local"},
		{"with a zone", "server: 'https://[fe80::1%25eth0]'", "link-local"},
		{"proxy", remote + ", proxy-url: 'http://169.254.169.254'", "proxy-url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want != "" {
				_, err := strict.RestConfig(untrusted(tt.cluster, "token: t"))
				if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), `cluster "remote"`) {
					t.Errorf("RestConfig returned %v, want an error about %s", err, tt.want)
				}
			} else if _, err := strict.RestConfig(untrusted(tt.cluster, "token: t")); err != nil {
				t.Error(err)
			}
			if _, err := kube.NewUntrustedRestConfig(untrusted(tt.cluster, "token: t")); err != nil {
				t.Errorf("without the options: %v", err)
			}
		})
	}
}

// A name and a redirect lead where an address in the kubeconfig would.
func TestKubeconfigPolicy_holdsForWhatTheServerLeadsTo(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the redirect was followed")
	}))
	defer elsewhere.Close()
	server := httptest.NewTLSServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer server.Close()
	config, err := kube.KubeconfigPolicy{ForbidPlainHTTP: true, ForbidLinkLocal: true}.RestConfig(
		untrusted("server: '"+server.URL+"', insecure-skip-tls-verify: true", "token: t"))
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, config)
	if _, err := client.GetKubernetesVersion(); err == nil || !strings.Contains(err.Error(), "it is not https") {
		t.Errorf("GetKubernetesVersion returned %v, want that the redirect is not allowed", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, address := range []string{"169.254.169.254:80", "[fe80::1]:80", "[::ffff:169.254.1.1]:80"} {
		if _, err := config.Dial(ctx, "tcp", address); err == nil || !strings.Contains(err.Error(), "link-local") {
			t.Errorf("Dial(%s) returned %v, want that it is not allowed", address, err)
		}
	}
}

func TestNewUntrustedRestConfig_letsTheCallerHaveTheLastWord(t *testing.T) {
	config, err := kube.NewUntrustedRestConfig(untrusted(remote, "token: t"),
		func(c *rest.Config) { c.UserAgent = "first" }, func(c *rest.Config) { c.UserAgent += " second" })
	if err != nil || config.UserAgent != "first second" || config.GroupVersion == nil {
		t.Errorf("config is %v, %v", config, err)
	}
}

// Whatever the bytes are, what comes out reads no file and runs no program.
func FuzzNewUntrustedRestConfig(f *testing.F) {
	for _, user := range []string{
		"token: t", "tokenFile: /f", "client-key: /k, client-certificate: /c", "username: u, password: p",
		"auth-provider: {name: oidc}", "auth-provider: {name: gcp}", "exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}",
		"as: u, as-uid: x", "client-certificate-data: YQ==, client-key-data: YQ==",
	} {
		f.Add(untrusted(remote, user))
		f.Add(untrusted("server: 'http://169.254.169.254', certificate-authority: /ca, insecure-skip-tls-verify: true, proxy-url: 'socks5://p'", user))
	}
	f.Add([]byte(`{"apiVersion":"v1","kind":"Config","users":[{"name":"a","user":null}]}`))
	strict := kube.KubeconfigPolicy{ForbidInsecureTLS: true, ForbidPlainHTTP: true, ForbidLinkLocal: true, ForbidCAFiles: true}
	f.Fuzz(func(t *testing.T, data []byte) {
		config, err := strict.RestConfig(data)
		if (config == nil) == (err == nil) {
			t.Fatalf("config %v and error %v", config, err)
		}
		if config == nil {
			return
		}
		if config.ExecProvider != nil || config.AuthProvider != nil && config.AuthProvider.Name != "oidc" {
			t.Errorf("config runs %v, %v", config.ExecProvider, config.AuthProvider)
		}
		if config.BearerTokenFile != "" || config.CertFile != "" || config.KeyFile != "" || config.CAFile != "" {
			t.Errorf("config reads a file: %v", config)
		}
		if !strings.HasPrefix(strings.ToLower(config.Host), "https://") || config.Insecure || config.Impersonate.UID != "" {
			t.Errorf("config leads to %v", config)
		}
	})
}
