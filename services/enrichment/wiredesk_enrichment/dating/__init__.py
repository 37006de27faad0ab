"""Date expressions in running text: what they say, and which stretch of the calendar they mean."""
