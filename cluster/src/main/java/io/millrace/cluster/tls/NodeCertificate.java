package io.millrace.cluster.tls;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a certificate names a node: by one subject alternative name (RFC 5280 §4.2.1.6) of the kind URI, {@code millrace:node/3} for node
 * 3. A URI, because no public CA signs such a one and no host name can be taken for it.
 *
 * <p>The addresses of the node are further alternative names, of the kinds DNS and IP.
 */
public final class NodeCertificate {

    private static final int DNS_NAME = 2;
    private static final int URI = 6;
    private static final int IP_ADDRESS = 7;

    private static final String URI_PREFIX = "millrace:node/";
    private static final Pattern NODE_URI = Pattern.compile(URI_PREFIX + "(0|[1-9][0-9]{0,8})");

    private NodeCertificate() {}

    /** The name of a node. */
    public static String uriOf(int nodeId) {
        return URI_PREFIX + nodeId;
    }

    /** The node that a certificate names; empty for none, and for several: nobody is two nodes. */
    public static OptionalInt nodeOf(X509Certificate certificate) {
        List<String> uris = names(certificate, URI).stream()
                .filter(uri -> uri.startsWith(URI_PREFIX))
                .toList();
        if (uris.size() != 1) {
            return OptionalInt.empty();
        }
        Matcher node = NODE_URI.matcher(uris.get(0));
        return node.matches() ? OptionalInt.of(Integer.parseInt(node.group(1))) : OptionalInt.empty();
    }

    /** Whether a client that connects to this address accepts the certificate (RFC 9525, with a wildcard for the first label). */
    static boolean isFor(X509Certificate certificate, String host) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return names(certificate, IP_ADDRESS).stream().anyMatch(name -> isSameAddress(name, host));
        }
        String wanted = host.toLowerCase(Locale.ROOT);
        return names(certificate, DNS_NAME).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .anyMatch(name -> name.equals(wanted)
                        || name.startsWith("*.")
                                && wanted.indexOf('.') > 0
                                && name.substring(1).equals(wanted.substring(wanted.indexOf('.'))));
    }

    private static boolean isSameAddress(String literal, String other) {
        try {
            return InetAddress.getByName(literal).equals(InetAddress.getByName(other));
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static List<String> names(X509Certificate certificate, int kind) {
        Collection<List<?>> all;
        try {
            all = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return all == null
                ? List.of()
                : all.stream()
                        .filter(name -> name.get(0).equals(kind))
                        .map(name -> (String) name.get(1))
                        .toList();
    }
}
