package io.dcd.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.net.URL;

/** HOCON that may come from others, as a run directory's: its includes, which would read files and addresses, are refused. */
public final class PlainHocon {
    private PlainHocon() {}

    /**
     * Parses {@code text}.
     *
     * @param origin what messages name
     * @throws SettingsException if it is not HOCON, or includes anything
     */
    public static Config parse(String text, String origin) {
        try {
            return ConfigFactory.parseString(
                    text,
                    ConfigParseOptions.defaults().setOriginDescription(origin).setIncluder(new Refusal(origin)));
        } catch (ConfigException e) {
            throw new SettingsException(origin + " is not HOCON: " + e.getMessage(), e);
        }
    }

    private record Refusal(String origin)
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }

        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            throw refused(what);
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            throw refused(what);
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            throw refused(what);
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            throw refused(what);
        }

        private SettingsException refused(Object what) {
            return new SettingsException(origin + " includes " + what + "; write it out instead");
        }
    }
}
