package io.dcd.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Reads a section of a configuration into a record whose components are the section's keys. */
final class ConfigRecords {
    private ConfigRecords() {}

    static <R extends Record> R read(Config config, String section, Class<R> type) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            values[i] = value(config, section + "." + key(components[i].getName()), components[i].getType());
        }
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<R> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof SettingsException known ? known : new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code stepsPerRound} is the key {@code steps-per-round}. */
    static String key(String component) {
        return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Object value(Config config, String key, Class<?> type) {
        try {
            if (type == int.class) {
                requireWhole(config, key);
                return config.getInt(key);
            } else if (type == long.class) {
                requireWhole(config, key);
                return config.getLong(key);
            } else if (type == double.class) {
                return config.getDouble(key);
            } else if (type == boolean.class) {
                return config.getBoolean(key);
            } else if (type == String.class) {
                return config.getString(key);
            } else if (type.isEnum()) {
                return constant(key, config.getString(key), type);
            }
            throw new IllegalStateException(key + " has the unreadable type " + type);
        } catch (ConfigException.WrongType | ConfigException.BadValue e) {
            throw new SettingsException(
                    "%s must be %s, got %s"
                            .formatted(key, describe(type), config.getValue(key).unwrapped()),
                    e);
        }
    }

    /** Config itself drops what stands behind the point. */
    private static void requireWhole(Config config, String key) {
        if (config.getDouble(key) != config.getLong(key)) {
            throw new ConfigException.WrongType(config.getValue(key).origin(), key + " is not whole");
        }
    }

    private static Object constant(String key, String name, Class<?> type) {
        for (Object constant : type.getEnumConstants()) {
            if (name(constant).equals(name)) {
                return constant;
            }
        }
        String known =
                Arrays.stream(type.getEnumConstants()).map(ConfigRecords::name).collect(Collectors.joining(", "));
        throw new SettingsException("%s must be one of %s, got %s".formatted(key, known, name));
    }

    private static String name(Object constant) {
        return constant.toString().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String describe(Class<?> type) {
        if (type == boolean.class) {
            return "true or false";
        }
        return type == double.class ? "a number" : type == String.class ? "a text" : "a whole number";
    }
}
