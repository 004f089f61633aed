package io.dcd.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import io.dcd.model.network.NetworkLine;
import io.dcd.model.network.NetworkOption;
import io.dcd.model.network.Networks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A network described by a base and the options of its line, {@code network { base = mobilenetv2-x0.5-dcd, dcd.blocks = 4 }},
 * in place of its full name. What comes of it is the name, so that one variant has one name however it was described.
 */
final class NetworkVariant {
    private static final String NAME = "network.name";
    private static final String BASE = "network.base";

    private NetworkVariant() {}

    /** The settings that may describe a variant. They have no defaults. */
    static Set<String> keys() {
        Set<String> keys = new TreeSet<>();
        keys.add(BASE);
        for (NetworkLine line : Networks.lines()) {
            for (NetworkOption option : line.options()) {
                keys.add(key(line, option));
            }
        }
        return keys;
    }

    /** {@code config} with the name of the network that it describes, and nothing else of the description. */
    static Config named(Config config) {
        String base = config.getString(config.hasPath(BASE) ? BASE : NAME);
        String own = Networks.lineOf(base);
        List<String> options = new ArrayList<>();
        for (NetworkLine line : Networks.lines()) {
            for (NetworkOption option : line.options()) {
                String key = key(line, option);
                if (config.hasPath(key)) {
                    SettingsException.require(line.name().equals(own), "%s has no meaning for %s", key, base);
                    options.add(option.key() + "=" + value(config, key));
                }
            }
        }
        try {
            String name = Networks.withOptions(base, options);
            return without(config).withValue(NAME, ConfigValueFactory.fromAnyRef(name, "the network's description"));
        } catch (IllegalArgumentException e) {
            throw new SettingsException(e.getMessage(), e);
        }
    }

    /** {@code config} without a description, as for a layer that gives the name of another network. */
    static Config without(Config config) {
        Config rest = config.withoutPath(BASE);
        for (NetworkLine line : Networks.lines()) {
            rest = rest.withoutPath("network." + line.name());
        }
        return rest;
    }

    /** Whether a layer with these keys names a network in full. */
    static boolean isNamedBy(Set<String> keys) {
        SettingsException.require(
                !(keys.contains(NAME) && keys.contains(BASE)), "%s and %s exclude each other", NAME, BASE);
        return keys.contains(NAME);
    }

    private static String key(NetworkLine line, NetworkOption option) {
        return "network." + line.name() + "." + option.key();
    }

    /** A list stands for what a name joins by a plus sign, which HOCON wants quoted. */
    private static String value(Config config, String key) {
        Object value = config.getValue(key).unwrapped();
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining("+"))
                : String.valueOf(value);
    }
}
