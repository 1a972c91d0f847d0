// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// What [KubeconfigPolicy].Allow can name besides auth providers.
const (
	// AllowClientKey allows client keys that are read from a file.
	AllowClientKey = "clientKey"
	// AllowClientCertificate allows client certificates that are read from a file.
	AllowClientCertificate = "clientCertificate"
	// AllowTokenFile allows bearer tokens that are read from a file.
	AllowTokenFile = "tokenFile"
	// AllowExec allows any program to be run for credentials.
	AllowExec = "exec"
)

// oidc is the auth provider that is always allowed.
const oidc = "oidc"

// KubeconfigPolicy says what a kubeconfig may contain that somebody else has
// written, such as one from a Secret. Its author must not be able to have this
// process read files or run programs, and send what comes of it to a server of the
// author's choice.
//
// The zero policy allows users credentials that stand in the kubeconfig itself,
// impersonation, and the auth provider "oidc", which works only in programs that link
// it, and can name a file with CA certificates there. It lets clusters be as they are: any server, any proxy, certificates that are
// not checked, and CA files, whose content never leaves the process. The fields that
// begin with Forbid narrow that.
type KubeconfigPolicy struct {
	// Allow names what users may have in addition: the Allow constants, and names
	// of auth providers.
	Allow []string
	// ExecCommands lists programs, by absolute path, that may be run for credentials
	// without [AllowExec]. The kubeconfig chooses their arguments and environment.
	ExecCommands []string
	// ForbidInsecureTLS refuses clusters whose certificates are not to be checked.
	ForbidInsecureTLS bool
	// ForbidPlainHTTP refuses servers that are not https, and redirects to such.
	ForbidPlainHTTP bool
	// ForbidLinkLocal refuses servers and proxies with link-local addresses, where
	// clouds serve metadata and credentials, when they are named and again when a
	// connection to one is made, be it through DNS or a redirect. What a proxy
	// connects to is not seen. AWS serves metadata at fd00:ec2::254 too, which is not
	// link-local.
	ForbidLinkLocal bool
	// ForbidCAFiles refuses clusters whose CA certificates are in a file.
	ForbidCAFiles bool
}

// NewUntrustedRestConfig returns the configuration of the current context of a
// kubeconfig that somebody else has written, checked by the zero [KubeconfigPolicy].
// The functions change it afterwards, in order; [SetRestDefaults] comes last.
func NewUntrustedRestConfig(kubeConfig []byte, configOverrides ...func(*rest.Config)) (*rest.Config, error) {
	return KubeconfigPolicy{}.RestConfig(kubeConfig, configOverrides...)
}

// RestConfig is [NewUntrustedRestConfig] with this policy. The error names all users
// and clusters that are against it, used or not, and contains no credentials. No file
// is touched that the policy does not allow.
func (p KubeconfigPolicy) RestConfig(kubeConfig []byte, overrides ...func(*rest.Config)) (*rest.Config, error) {
	if len(kubeConfig) == 0 {
		return nil, errors.New("kubeconfig is empty")
	}
	config, err := clientcmd.Load(kubeConfig)
	if err != nil {
		return nil, fmt.Errorf("parse kubeconfig: %w", err)
	}
	// Validation opens the files that are named, so this comes first.
	if err := p.sanitise(config); err != nil {
		return nil, fmt.Errorf("kubeconfig is not allowed: %w", err)
	}
	if err := clientcmd.Validate(*config); err != nil {
		return nil, fmt.Errorf("kubeconfig is invalid: %w", err)
	}
	// Without access to configuration files no auth provider can write to them.
	loader := clientcmd.NewNonInteractiveClientConfig(*config, config.CurrentContext, &clientcmd.ConfigOverrides{}, nil)
	restConfig, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubeconfig, context %q: %w", config.CurrentContext, err)
	}
	p.guard(restConfig)
	for _, f := range overrides {
		f(restConfig)
	}
	return SetRestDefaults(restConfig), nil
}

// sanitise replaces users by what is known to be allowed, or says what is not.
func (p KubeconfigPolicy) sanitise(config *clientcmdapi.Config) error {
	var forbidden []error
	for _, name := range slices.Sorted(maps.Keys(config.AuthInfos)) {
		user, err := p.user(config.AuthInfos[name])
		if err != nil {
			forbidden = append(forbidden, fmt.Errorf("user %q: %w", name, err))
		}
		config.AuthInfos[name] = user
	}
	for _, name := range slices.Sorted(maps.Keys(config.Clusters)) {
		if err := p.checkCluster(config.Clusters[name]); err != nil {
			forbidden = append(forbidden, fmt.Errorf("cluster %q: %w", name, err))
		}
	}
	return errors.Join(forbidden...)
}

// user returns a user with the fields that have been thought about, if what they
// say is allowed. What client-go may add to users later is not among them.
func (p KubeconfigPolicy) user(u *clientcmdapi.AuthInfo) (*clientcmdapi.AuthInfo, error) {
	if u == nil {
		return &clientcmdapi.AuthInfo{}, nil
	}
	if err := p.checkUser(u); err != nil {
		return nil, err
	}
	return &clientcmdapi.AuthInfo{
		ClientCertificate:     u.ClientCertificate,
		ClientCertificateData: u.ClientCertificateData,
		ClientKey:             u.ClientKey,
		ClientKeyData:         u.ClientKeyData,
		Token:                 u.Token,
		TokenFile:             u.TokenFile,
		Impersonate:           u.Impersonate,
		ImpersonateGroups:     u.ImpersonateGroups,
		ImpersonateUserExtra:  u.ImpersonateUserExtra,
		Username:              u.Username,
		Password:              u.Password,
		AuthProvider:          u.AuthProvider,
		Exec:                  u.Exec,
	}, nil
}

func (p KubeconfigPolicy) checkUser(u *clientcmdapi.AuthInfo) error {
	allows := func(what string) bool { return slices.Contains(p.Allow, what) }
	switch {
	case u.AuthProvider != nil && u.AuthProvider.Name != oidc && !allows(u.AuthProvider.Name):
		return fmt.Errorf("auth-provider %q is not allowed", u.AuthProvider.Name)
	case u.ClientKey != "" && !allows(AllowClientKey):
		return errors.New("client-key is not allowed; use client-key-data")
	case u.ClientCertificate != "" && !allows(AllowClientCertificate):
		return errors.New("client-certificate is not allowed; use client-certificate-data")
	case u.TokenFile != "" && !allows(AllowTokenFile):
		return errors.New("tokenFile is not allowed; use token")
	case u.Exec != nil && !allows(AllowExec) && !p.allowsCommand(u.Exec.Command):
		return fmt.Errorf("exec of %q is not allowed", u.Exec.Command)
	}
	return nil
}

// allowsCommand reports whether the command is listed. One without a path would be
// searched for, and found somewhere else on another machine.
func (p KubeconfigPolicy) allowsCommand(command string) bool {
	return filepath.IsAbs(command) && slices.Contains(p.ExecCommands, command)
}

func (p KubeconfigPolicy) checkCluster(c *clientcmdapi.Cluster) error {
	switch {
	case c == nil:
		return nil
	case p.ForbidInsecureTLS && c.InsecureSkipTLSVerify:
		return errors.New("insecure-skip-tls-verify is not allowed")
	case p.ForbidCAFiles && c.CertificateAuthority != "":
		return errors.New("certificate-authority is not allowed; use certificate-authority-data")
	case p.ForbidPlainHTTP && !isHTTPS(c.Server):
		return errors.New("server is not allowed: it does not begin with https://")
	case p.ForbidLinkLocal && isLinkLocalURL(c.Server):
		return errors.New("server is not allowed: its address is link-local")
	case p.ForbidLinkLocal && isLinkLocalURL(c.ProxyURL):
		return errors.New("proxy-url is not allowed: its address is link-local")
	}
	return nil
}

func isHTTPS(server string) bool {
	u, err := url.Parse(server)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// isLinkLocalURL reports whether the URL, or the host without a scheme, names a
// link-local address.
func isLinkLocalURL(server string) bool {
	if !strings.Contains(server, "://") {
		server = "//" + server
	}
	u, err := url.Parse(server)
	if err != nil {
		return false // which is an error where it is used
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return err == nil && isLinkLocal(addr)
}

func isLinkLocal(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLinkLocalUnicast() || addr.IsLinkLocalMulticast()
}

// guard makes the policy hold for what a server's name and its answers lead to.
func (p KubeconfigPolicy) guard(config *rest.Config) {
	if p.ForbidLinkLocal {
		config.Dial = (&net.Dialer{
			Timeout:   30 * time.Second,
			KeepAlive: 30 * time.Second,
			Control:   refuseLinkLocal,
		}).DialContext
	}
	if p.ForbidPlainHTTP {
		config.Wrap(func(next http.RoundTripper) http.RoundTripper { return httpsOnly{next} })
	}
}

// refuseLinkLocal is called with the address that a name was resolved to.
func refuseLinkLocal(_, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if isLinkLocal(addr.Addr()) {
		return fmt.Errorf("address %s is not allowed: it is link-local", addr.Addr())
	}
	return nil
}

// httpsOnly refuses requests without TLS, which redirects can lead to.
type httpsOnly struct{ http.RoundTripper }

func (t httpsOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, fmt.Errorf("request to %s://%s is not allowed: it is not https", r.URL.Scheme, r.URL.Host)
	}
	return t.RoundTripper.RoundTrip(r)
}

// WrappedRoundTripper returns what it passes requests on to.
func (t httpsOnly) WrappedRoundTripper() http.RoundTripper { return t.RoundTripper }
