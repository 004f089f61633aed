package io.dcd.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.dcd.data.Json;

/** How runs and commands write JSON: names with underscores, as people's scripts expect them. */
public final class RunJson {
    public static final ObjectMapper MAPPER = Json.MAPPER
            .rebuild()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private RunJson() {}
}
