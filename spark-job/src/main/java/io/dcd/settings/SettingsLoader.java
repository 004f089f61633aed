package io.dcd.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueType;
import io.dcd.model.network.NetworkOptions;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Layers configurations over the defaults; each layer wins over those before it. A key without a default is an error.
 */
public final class SettingsLoader {
    /** The recipes that come with the program. */
    public static final List<String> RECIPES =
            List.of("mobilenetv2", "mobilenetv2-x1.0-reference", "resnet", "resnet50-reference");

    private final Config defaults;
    private Config layers = ConfigFactory.empty();

    public SettingsLoader() {
        defaults = ConfigFactory.parseResources(
                SettingsLoader.class,
                "reference.conf",
                ConfigParseOptions.defaults().setAllowMissing(false));
    }

    /**
     * One of the recipes that come with the program: {@code recipe-NAME.conf} beside this class.
     *
     * @throws SettingsException if there is none of that name
     */
    public SettingsLoader recipe(String name) {
        if (!RECIPES.contains(name)) {
            throw new SettingsException("unknown recipe %s; there are %s".formatted(name, String.join(", ", RECIPES)));
        }
        return layer(ConfigFactory.parseResources(
                SettingsLoader.class,
                "recipe-" + name + ".conf",
                ConfigParseOptions.defaults().setAllowMissing(false)));
    }

    /** A HOCON file. */
    public SettingsLoader file(Path file) {
        try {
            return layer(ConfigFactory.parseFile(
                    file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false)));
        } catch (ConfigException.IO e) {
            throw new SettingsException("the configuration file " + file + " cannot be read", e);
        } catch (ConfigException e) {
            throw new SettingsException(file + " is not HOCON: " + e.getMessage(), e);
        }
    }

    /** HOCON text without includes, of the origin that messages name. */
    public SettingsLoader text(String text, String origin) {
        return layer(PlainHocon.parse(text, origin));
    }

    /** An assignment {@code key=value}, the value in HOCON; a text that HOCON wants quoted, as {@code a:b}, is taken as it stands. */
    public SettingsLoader assignment(String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new SettingsException("an assignment must read key=value, got " + assignment);
        }
        try {
            return text(assignment, "the assignment " + assignment);
        } catch (SettingsException e) {
            String key = assignment.substring(0, equals).strip();
            if (isText(key)) {
                return value(key, assignment.substring(equals + 1).strip());
            }
            throw e;
        }
    }

    private boolean isText(String key) {
        return NetworkVariant.keys().contains(key)
                || keys(defaults).contains(key) && defaults.getValue(key).valueType() == ConfigValueType.STRING;
    }

    /** One key, the value taken literally. */
    public SettingsLoader value(String key, String value) {
        return layer(ConfigFactory.parseMap(Map.of(key, value), "the command line"));
    }

    /** The settings, each checked. */
    public Settings load() {
        try {
            Set<String> known = keys(defaults);
            known.addAll(NetworkVariant.keys());
            for (String key : keys(layers)) {
                if (!known.contains(key)) {
                    throw new SettingsException(
                            "unknown setting %s; did you mean %s?".formatted(key, nearest(key, known)));
                }
            }
            return settled(Settings.of(NetworkVariant.named(layers.withFallback(defaults)
                    .resolve(ConfigResolveOptions.defaults().setUseSystemEnvironment(false)))));
        } catch (ConfigException e) {
            throw new SettingsException("the configuration cannot be resolved: " + e.getMessage(), e);
        }
    }

    /** The stride that an image size implies is settled once: a run keeps it, also where it meets images of another size. */
    private static Settings settled(Settings settings) {
        if (settings.network().stemStride() != 0) {
            return settings;
        }
        NetworkOptions usual = NetworkOptions.of(
                settings.data().imageSize(), NetworkOptions.imageNet().classes());
        return settings.with("network.stem-stride", usual.stemStride());
    }

    private SettingsLoader layer(Config layer) {
        Config below = NetworkVariant.isNamedBy(keys(layer)) ? NetworkVariant.without(layers) : layers;
        layers = layer.withFallback(below);
        return this;
    }

    private static Set<String> keys(Config config) {
        Set<String> keys = new TreeSet<>();
        // An unresolved configuration has no entrySet; substitutions within it are resolved for their keys alone.
        config.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true).setUseSystemEnvironment(false))
                .entrySet()
                .forEach(entry -> keys.add(entry.getKey()));
        return keys;
    }

    private static String nearest(String key, Set<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
                .orElseThrow();
    }

    /** How far a key is from one that is known, or from that without its section, which people leave out. */
    private static int distance(String key, String known) {
        LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
        return Math.min(distance.apply(key, known), distance.apply(key, known.substring(known.indexOf('.') + 1)));
    }
}
